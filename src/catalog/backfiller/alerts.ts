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
  query: promql`sum by (job, instance) (increase(${backfillerReposFailed}[15m])) / (sum by (job, instance) (increase(${backfillerReposFailed}[15m])) + sum by (job, instance) (increase(${backfillerReposProcessed}[15m])) >= 20)`,
  unit: '1',
  description: 'Share of the fetches of the last 15 minutes that failed; absent below 20 fetches.',
  thresholds: { warning: 0.2, critical: 0.5 },
} as const satisfies Recording

export const backfillerStalledState = {
  record: 'instance:backfiller_stalled:state',
  query: promql`(sum by (job, instance) (${backfillerReposWaiting}) > bool 0) * (sum by (job, instance) (${backfillerReposRunning}) == bool 0)`,
  unit: '{process}',
  description: '1 where repos wait and none is being fetched, 0 otherwise.',
  thresholds: { critical: 0.5 },
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
  query: promql`${backfillerStalledState} > ${critical(backfillerStalledState)}`,
  for: '15m',
  severity: 'critical',
  summary: '{{ $labels.instance }} fetches nothing although repos wait.',
  description: 'Repos wait, and none has been fetched for 15 minutes.',
  runbook: `1. Do all that wait belong to hosts that asked to wait (\`rate_limited\` on the *Sync* dashboard) or that fail? Each is tried again later by itself.
2. *Identity* dashboard: without the directory of DIDs no host is known.
3. The log, at levels warn and error, says what is being waited for.
4. Restart the service: what waits is on disk, and is taken up again.`,
  tests: {
    fires: {
      series: [
        { query: promql`${backfillerReposWaiting}`, values: '5x240' },
        { query: promql`${backfillerReposRunning}`, values: '0x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${backfillerReposWaiting}`, values: '5x240' },
        { query: promql`${backfillerReposRunning}`, values: '1x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

const errorRunbook = `Repos could not be fetched or did not verify. Each is tried again with growing pauses, and becomes a dead letter after many tries; what is stored is kept.

1. *Backfiller* dashboard, errors: \`fetch\`: hosts that do not answer; \`parse\`: CAR files that are cut off; \`verification\`: repos that are not what their commits say.
2. *Sync* dashboard, failures by reason. \`network\` for all hosts: does this machine reach the internet? \`rate_limited\`: lower \`--host-concurrency\`.
3. \`GET /repos/{did}/errors\` has the messages of one repo; \`tidegauge dead-letters\` lists those that were given up.`

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
  runbook: `These repos failed in every try. They keep what is stored of them, with the status \`error\`, and are not tried again by themselves, unless a new commit of theirs arrives.

1. \`tidegauge dead-letters\` lists them with the last error.
2. When the cause is gone: \`tidegauge dead-letters --retry ID\`, or \`--retry-all\`.
3. A repo that is of no use: \`tidegauge repos untrack DID\`.`,
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
