import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { critical, promql, warning } from '@tidegauge/otel/catalog'
import { identityLookups, identityWaitingDids } from './metrics.ts'

export const identityDirectoryFailureShare = {
  record: 'instance:identity_lookups_plc_failed:share15m',
  query: promql`sum by (job, instance) (increase(${identityLookups}{method="plc",outcome=~"rate_limited|timeout|error"}[15m])) / clamp_min(sum by (job, instance) (increase(${identityLookups}{method="plc"}[15m])), 2)`,
  unit: '1',
  description:
    'Share of the requests of the last 15 minutes to the directory of did:plc that it did not answer. After each refusal it is left alone for up to 10 minutes.',
  thresholds: { warning: 0.25 },
} as const satisfies Recording

export const identityDirectorySilence = {
  record: 'instance:identity_lookups_plc_failed:share5m',
  query: promql`sum by (job, instance) (increase(${identityLookups}{method="plc",outcome=~"rate_limited|timeout|error"}[5m])) / clamp_min(sum by (job, instance) (increase(${identityLookups}{method="plc"}[5m])), 2)`,
  unit: '1',
  description:
    'Share of the requests of the last 5 minutes to the directory of did:plc that it did not answer.',
  thresholds: { critical: 0.9 },
} as const satisfies Recording

const directoryRunbook = `Without the directory of did:plc nothing can be verified that is signed by a key not known yet. Such events are kept
until it answers; what is signed by known keys goes on.

1. *Identity* dashboard, look-ups that gave nothing: how do those of \`plc\` end?
2. \`rate_limited\`: we, or others behind the same address, ask too often. The service waits as long as the directory says, and asks
   more slowly afterwards. After a first start on a large relay that is how it catches up. Follow less (\`--dids\`), or name a mirror of the
   directory with \`--plc URL\`.
3. \`timeout\`, \`error\`: the log has one line that says what is wrong, since when. Does the directory answer this machine?
   \`curl -i PLC/did:plc:ewvi7nxzyoun6zhxrhs64oiz\`. Otherwise: name service, firewall, certificate.
4. Is \`--plc\` right? It must be the directory itself, not a page that redirects to it.`

export const identityDirectoryFailing = {
  alert: 'IdentityDirectoryFailing',
  query: promql`${identityDirectoryFailureShare} > ${warning(identityDirectoryFailureShare)}`,
  for: '15m',
  severity: 'warning',
  summary: 'The directory of DIDs answers {{ $labels.instance }} only in part.',
  description: '{{ $value | humanizePercentage }} of the requests to it fail.',
  runbook: directoryRunbook,
  tests: {
    fires: {
      series: [
        {
          query: promql`${identityLookups}{method="plc",outcome="rate_limited"}`,
          values: '0+{warning*120}x240',
        },
        {
          query: promql`${identityLookups}{method="plc",outcome="success"}`,
          values: '0+{100-warning*120}x240',
        },
        { query: promql`${identityLookups}{method="web",outcome="success"}`, values: '0+1000x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${identityLookups}{method="plc",outcome="error"}`, values: '0+{warning*90}x240' },
        {
          query: promql`${identityLookups}{method="plc",outcome="not_found"}`,
          values: '0+{100-warning*90}x240',
        },
        { query: promql`${identityLookups}{method="web",outcome="error"}`, values: '0+1000x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

export const identityDirectoryDown = {
  alert: 'IdentityDirectoryDown',
  query: promql`${identityDirectorySilence} > ${critical(identityDirectorySilence)}`,
  for: '5m',
  severity: 'critical',
  summary: 'The directory of DIDs does not answer {{ $labels.instance }}.',
  description: '{{ $value | humanizePercentage }} of the requests to it fail.',
  runbook: directoryRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${identityLookups}{method="plc",outcome="timeout"}`, values: '0+{critical*105}x240' },
        {
          query: promql`${identityLookups}{method="plc",outcome="success"}`,
          values: '0+{100-critical*105}x240',
        },
        { query: promql`${identityLookups}{method="web",outcome="success"}`, values: '0+1000x240' },
      ],
      at: '20m',
    },
    quiet: {
      series: [
        { query: promql`${identityLookups}{method="plc",outcome="timeout"}`, values: '0+{critical*90}x240' },
        {
          query: promql`${identityLookups}{method="plc",outcome="success"}`,
          values: '0+{100-critical*90}x240',
        },
        { query: promql`${identityLookups}{method="web",outcome="error"}`, values: '0+1000x240' },
      ],
      at: '20m',
    },
  },
} as const satisfies Alert

const waitingRunbook = `More DIDs are new than the directory may be asked about in the same time. Their events wait; those of known DIDs go on.

1. *Identity* dashboard: does the number fall? After a start nothing is known yet, and it falls by as many a second as look-ups succeed.
2. Does the directory answer? See IdentityDirectoryFailing.
3. Do most look-ups go to \`web\`? Those hosts are slow ones that strangers chose; each is asked only now and then.
4. Follow less: \`--dids\`, \`--collections\`.`

export const identityManyWaiting = {
  alert: 'IdentityManyWaiting',
  query: promql`${identityWaitingDids} > ${warning(identityWaitingDids)}`,
  for: '15m',
  severity: 'warning',
  summary: 'Many DIDs wait to be looked up on {{ $labels.instance }}.',
  description: '{{ $value | humanize }} DIDs wait.',
  runbook: waitingRunbook,
  tests: {
    fires: { series: [{ query: promql`${identityWaitingDids}`, values: '{warning*1.1}x240' }], at: '30m' },
    quiet: { series: [{ query: promql`${identityWaitingDids}`, values: '{warning*0.9}x240' }], at: '30m' },
  },
} as const satisfies Alert

export const identityTooManyWaiting = {
  alert: 'IdentityTooManyWaiting',
  query: promql`${identityWaitingDids} > ${critical(identityWaitingDids)}`,
  for: '15m',
  severity: 'critical',
  summary: 'More DIDs wait to be looked up on {{ $labels.instance }} than can be soon.',
  description: '{{ $value | humanize }} DIDs wait.',
  runbook: waitingRunbook,
  tests: {
    fires: { series: [{ query: promql`${identityWaitingDids}`, values: '{critical*1.1}x240' }], at: '30m' },
    quiet: { series: [{ query: promql`${identityWaitingDids}`, values: '{critical*0.9}x240' }], at: '30m' },
  },
} as const satisfies Alert
