import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { critical, promql, warning } from '@tidegauge/otel/catalog'
import {
  backfillerReposDeadLettered,
  backfillerReposFailed,
  backfillerReposProcessed,
  backfillerReposRunning,
  backfillerReposWaiting,
} from './metrics.ts'

export const backfillerFailureShare = {
  record: 'instance:backfiller_repos_failed:share15m',
  query: promql`sum by (job, instance) (increase(${backfillerReposFailed}[15m])) / clamp_min(sum by (job, instance) (increase(${backfillerReposFailed}[15m])) + sum by (job, instance) (increase(${backfillerReposProcessed}[15m])), 100)`,
  unit: '1',
  description:
    'Share of the fetches of the last 15 minutes that failed. Fewer than 100 count as 100: a single repo that fails is tried again and again.',
  thresholds: { warning: 0.2, critical: 0.5 },
} as const satisfies Recording

export const backfillerStalledRepos = {
  record: 'instance:backfiller_stalled:repos',
  query: promql`sum by (job, instance) (${backfillerReposWaiting}) * (sum by (job, instance) (${backfillerReposRunning}) == bool 0) * (sum by (job, instance) (increase(${backfillerReposProcessed}[15m])) + sum by (job, instance) (increase(${backfillerReposFailed}[15m])) == bool 0)`,
  unit: '{repo}',
  description:
    'Repos that wait although none is being fetched, and none was in the last 15 minutes; 0 otherwise. A few may wait for the next try of their own.',
  thresholds: { critical: 500 },
} as const satisfies Recording

export const backfillerBacklog = {
  alert: 'BackfillerBacklog',
  query: promql`${backfillerReposWaiting} > ${warning(backfillerReposWaiting)}`,
  for: '15m',
  severity: 'warning',
  summary: '{{ $labels.instance }} has very many repos to fetch.',
  description: '{{ $value | humanize }} repos wait.',
  runbook: `A large network was listed, or fetching is slow.

1. \`tidegauge backfill --status\`: the rate, and the time that is left at that rate. Is that acceptable? Then wait.
2. Raise \`--backfill-concurrency\`, and \`--host-concurrency\` where few hosts have most repos, while the machine has capacity (*Process* dashboard).
3. Keep less: \`--collections\` is applied while reading, \`--dids\` or \`--backfill seen\` fetch fewer repos.`,
  tests: {
    fires: { series: [{ query: promql`${backfillerReposWaiting}`, values: '{warning*1.1}x240' }], at: '30m' },
    quiet: { series: [{ query: promql`${backfillerReposWaiting}`, values: '{warning*0.9}x240' }], at: '30m' },
  },
} as const satisfies Alert

export const backfillerStalled = {
  alert: 'BackfillerStalled',
  query: promql`${backfillerStalledRepos} > ${critical(backfillerStalledRepos)}`,
  for: '15m',
  severity: 'critical',
  summary: '{{ $labels.instance }} fetches nothing although many repos wait.',
  description: '{{ $value | humanize }} repos wait, and for half an hour none has been fetched.',
  runbook: `1. \`GET /repos/{did}\` of one that waits (\`tidegauge repos --status pending\`) says when it is tried next, and why its last try failed. Hosts that
   asked for a pause (\`rate_limited\` on the *Sync* dashboard) get one: then it goes on by itself.
2. *Identity* dashboard: without the directory of DIDs no host is known.
3. The log, at levels warn and error: does the queue fail?
4. Restart the service: what waits is on disk, and is taken up again.`,
  tests: {
    fires: {
      series: [
        { query: promql`${backfillerReposWaiting}`, values: '{critical*1.1}x240' },
        { query: promql`${backfillerReposRunning}`, values: '0x240' },
        { query: promql`${backfillerReposProcessed}`, values: '7x240' },
        { query: promql`${backfillerReposFailed}`, values: '7x240' },
      ],
      at: '40m',
    },
    quiet: {
      series: [
        { query: promql`${backfillerReposWaiting}{instance="few"}`, values: '{critical*0.9}x240' },
        { query: promql`${backfillerReposRunning}{instance="few"}`, values: '0x240' },
        { query: promql`${backfillerReposProcessed}{instance="few"}`, values: '7x240' },
        { query: promql`${backfillerReposFailed}{instance="few"}`, values: '7x240' },
        { query: promql`${backfillerReposWaiting}{instance="busy"}`, values: '{critical*1.1+1}x240' },
        { query: promql`${backfillerReposRunning}{instance="busy"}`, values: '1x240' },
        { query: promql`${backfillerReposProcessed}{instance="busy"}`, values: '7x240' },
        { query: promql`${backfillerReposFailed}{instance="busy"}`, values: '7x240' },
        { query: promql`${backfillerReposWaiting}{instance="quick"}`, values: '{critical*1.1+1}x240' },
        { query: promql`${backfillerReposRunning}{instance="quick"}`, values: '0x240' },
        { query: promql`${backfillerReposProcessed}{instance="quick"}`, values: '0+5x240' },
        { query: promql`${backfillerReposFailed}{instance="quick"}`, values: '7x240' },
        { query: promql`${backfillerReposWaiting}{instance="unlucky"}`, values: '{critical*1.1+1}x240' },
        { query: promql`${backfillerReposRunning}{instance="unlucky"}`, values: '0x240' },
        { query: promql`${backfillerReposProcessed}{instance="unlucky"}`, values: '7x240' },
        { query: promql`${backfillerReposFailed}{instance="unlucky"}`, values: '0+5x240' },
      ],
      at: '40m',
    },
  },
} as const satisfies Alert

const errorRunbook = `Repos could not be fetched or did not verify. Each is tried again with growing pauses, and becomes a dead letter after many tries; what is stored is kept.

1. *Backfiller* dashboard, errors: \`fetch\`: hosts that do not answer; \`parse\`: CAR files that are cut off; \`verification\`: repos that are not what their commits say.
2. *Sync* dashboard, failures by reason. \`network\` for all hosts: does this machine reach the internet? \`rate_limited\`: lower \`--host-concurrency\`.
3. No errors there, and fetches that fail all the same: their hosts could not be looked up. See IdentityDirectoryFailing.
4. \`GET /repos/{did}/errors\` has the messages of one repo; \`tidegauge dead-letters\` lists those that were given up.`

export const backfillerErrors = {
  alert: 'BackfillerErrors',
  query: promql`${backfillerFailureShare} > ${warning(backfillerFailureShare)}`,
  for: '10m',
  severity: 'warning',
  summary: '{{ $labels.instance }} fails to fetch many repos.',
  description: '{{ $value | humanizePercentage }} of the fetches of the last 15 minutes failed.',
  runbook: errorRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${backfillerReposFailed}`, values: '0+{warning*110}x240' },
        { query: promql`${backfillerReposProcessed}`, values: '0+{100-warning*110}x240' },
      ],
      at: '40m',
    },
    quiet: {
      series: [
        { query: promql`${backfillerReposFailed}`, values: '0+{warning*90}x240' },
        { query: promql`${backfillerReposProcessed}`, values: '0+{100-warning*90}x240' },
      ],
      at: '40m',
    },
  },
} as const satisfies Alert

export const backfillerErrorsCritical = {
  alert: 'BackfillerErrorsCritical',
  query: promql`${backfillerFailureShare} > ${critical(backfillerFailureShare)}`,
  for: '10m',
  severity: 'critical',
  summary: '{{ $labels.instance }} fails to fetch most repos.',
  description: '{{ $value | humanizePercentage }} of the fetches of the last 15 minutes failed.',
  runbook: errorRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${backfillerReposFailed}`, values: '0+{critical*110}x240' },
        { query: promql`${backfillerReposProcessed}`, values: '0+{100-critical*110}x240' },
      ],
      at: '40m',
    },
    quiet: {
      series: [
        { query: promql`${backfillerReposFailed}`, values: '0+{critical*90}x240' },
        { query: promql`${backfillerReposProcessed}`, values: '0+{100-critical*90}x240' },
      ],
      at: '40m',
    },
  },
} as const satisfies Alert

export const backfillerDeadLetters = {
  alert: 'BackfillerDeadLetters',
  query: promql`sum by (job, instance) (increase(${backfillerReposDeadLettered}[1h])) > ${warning(backfillerReposDeadLettered)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} has given up repos.',
  description: '{{ $value | humanize }} repos in an hour.',
  runbook: `These repos failed in every try. They keep what is stored of them, with the status \`error\`, and are not tried again by themselves.

1. \`tidegauge dead-letters\` lists them with the last error; \`GET /repos/{did}/errors\` has those before it.
2. When the cause is gone: \`tidegauge dead-letters --retry ID\`, or \`--retry-all\`.
3. A repo that is of no use: \`tidegauge repos untrack DID\` removes it, and takes in nothing more of it.`,
  tests: {
    fires: {
      series: [
        { query: promql`${backfillerReposDeadLettered}`, values: '0 {warning*1.2}+{warning*1.1/60}x240' },
      ],
      at: '70m',
    },
    quiet: {
      series: [{ query: promql`${backfillerReposDeadLettered}`, values: '0+{warning*0.9/60}x240' }],
      at: '70m',
    },
  },
} as const satisfies Alert
