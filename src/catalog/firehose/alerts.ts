import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { critical, promql, warning } from '@tidegauge/otel/catalog'
import {
  firehoseBatchWrite,
  firehoseConnected,
  firehoseErrors,
  firehoseEvents,
  firehoseLag,
  firehoseReconnects,
} from './metrics.ts'

export const firehoseEventRate = {
  record: 'instance:firehose_events:rate5m',
  query: promql`sum by (job, instance) (rate(${firehoseEvents}[5m]))`,
  unit: '{event}/s',
  description: 'Events received from the relay per second.',
} as const satisfies Recording

/** Says 0 where events came and none was bad, and nothing where no events came. */
export const firehoseErrorRatio = {
  record: 'instance:firehose_errors:ratio_rate5m',
  query: promql`sum by (job, instance) (rate(${firehoseErrors}{error!~"connect|connection"}[5m])) / (${firehoseEventRate} > 0)`,
  unit: '1',
  description: 'Share of the events of the relay that were bad and therefore skipped.',
  thresholds: { warning: 0.01, critical: 0.1 },
} as const satisfies Recording

export const firehoseBatchWriteTime = {
  record: 'instance:firehose_batch_write_seconds:p99_rate5m',
  query: promql`histogram_quantile(0.99, sum by (job, instance, le) (rate(${firehoseBatchWrite}_bucket[5m])))`,
  unit: 's',
  description: 'Time in which 99 of 100 batches of events are written to the stream.',
  thresholds: firehoseBatchWrite.thresholds,
} as const satisfies Recording

export const firehoseDown = {
  alert: 'FirehoseDown',
  query: promql`max by (job, instance) (${firehoseConnected}) == 0`,
  for: '2m',
  severity: 'critical',
  summary: '{{ $labels.instance }} is not connected to its relay.',
  description: 'There has been no connection for two minutes; new events do not arrive.',
  runbook: `The service keeps trying, with growing pauses, and continues at its cursor: nothing is lost unless the relay has
forgotten the events by then, which it usually does after some days.

1. The log says why each attempt failed: a name that is not found, a refused connection, a certificate, a status.
2. Is the relay up for others? \`curl -i RELAY/xrpc/com.atproto.sync.listRepos?limit=1\`
3. Does this machine reach the network at all: proxy, firewall, DNS?

Another relay can be followed with \`--relay URL\`; the cursor of each is kept by its name.`,
  tests: {
    fires: { series: [{ query: promql`${firehoseConnected}`, values: '0x240' }], at: '10m' },
    quiet: { series: [{ query: promql`${firehoseConnected}`, values: '1x5 0 1x240' }], at: '7m' },
  },
} as const satisfies Alert

const lagRunbook = `Events wait here, or at the relay, which sends old ones; or the connection is gone, and nobody can tell whether there are
more. The lag is the age of the last event read, or the time since all were last known to be read, if that is shorter.

1. *Firehose* dashboard: does the connection stand? Otherwise see FirehoseDown: how long it has been gone is all that the lag says then.
2. *Ingester* dashboard: is reading paused? Then the indexer is too slow; see IngesterBackpressure.
3. Do events arrive, but old ones? After a start or an outage that is how it catches up: the lag falls steadily. If it stays, the relay itself is behind: another one (\`--relay URL\`) shows.
4. *Process* dashboard: is the event loop saturated? Then the machine is too slow for this relay: follow fewer collections with \`--collections\`.

A quiet PDS that is fully read has a lag of 0, however old its last event is. So has a relay that keeps events back while its
connection stands and its pings are answered: the protocol does not tell how far a relay itself is. Where events should come at
any time, watch \`instance:firehose_events:rate5m\`.`

export const firehoseLagging = {
  alert: 'FirehoseLagging',
  query: promql`${firehoseLag} > ${warning(firehoseLag)}`,
  for: '10m',
  severity: 'warning',
  summary: '{{ $labels.instance }} is behind its relay.',
  description:
    'What was sent in the last {{ $value | humanizeDuration }} is unread; without a connection, nobody knows whether there is any.',
  runbook: lagRunbook,
  tests: {
    fires: { series: [{ query: promql`${firehoseLag}`, values: '{warning*1.1}x240' }], at: '20m' },
    quiet: { series: [{ query: promql`${firehoseLag}`, values: '{warning*0.9}x240' }], at: '20m' },
  },
} as const satisfies Alert

export const firehoseLagCritical = {
  alert: 'FirehoseLagCritical',
  query: promql`${firehoseLag} > ${critical(firehoseLag)}`,
  for: '5m',
  severity: 'critical',
  summary: '{{ $labels.instance }} is far behind its relay.',
  description:
    'What was sent in the last {{ $value | humanizeDuration }} is unread; without a connection, nobody knows whether there is any.',
  runbook: lagRunbook,
  tests: {
    fires: { series: [{ query: promql`${firehoseLag}`, values: '{critical*1.1}x240' }], at: '20m' },
    quiet: { series: [{ query: promql`${firehoseLag}`, values: '{critical*0.9}x240' }], at: '20m' },
  },
} as const satisfies Alert

const errorRunbook = `Events arrive that cannot be used: broken frames, wrong signatures, trees that do not fit. Each is skipped and
counted; all others are processed.

1. *Firehose* dashboard, errors by kind. \`signature\`: a key was rotated and the directory of DIDs answers with the old one, or somebody forges. \`mst\`, \`cid\`, \`canonical\`: a PDS writes bad commits. \`decode\`, \`frame\`, \`size\`: the relay is broken, or is not a relay.
2. The log at level debug names the repo of each skipped event. Is it always the same PDS?
3. Repos that lost a commit are marked \`desync\`; *Storage* dashboard, repos by status.`

export const firehoseErrorRatioHigh = {
  alert: 'FirehoseErrorRatioHigh',
  query: promql`${firehoseErrorRatio} > ${warning(firehoseErrorRatio)}`,
  for: '10m',
  severity: 'warning',
  summary: '{{ $labels.instance }} receives bad events from its relay.',
  description: '{{ $value | humanizePercentage }} of the events of the last 5 minutes were skipped.',
  runbook: errorRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${firehoseErrors}{error="signature"}`, values: '0+{110*warning}x240' },
        { query: promql`${firehoseEvents}{type="commit"}`, values: '0+100x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${firehoseErrors}{error="signature"}`, values: '0+{90*warning}x240' },
        { query: promql`${firehoseErrors}{error="connect"}`, values: '0+100x240' },
        { query: promql`${firehoseErrors}{error="connection"}`, values: '0+100x240' },
        { query: promql`${firehoseEvents}{type="commit"}`, values: '0+100x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

export const firehoseErrorRatioCritical = {
  alert: 'FirehoseErrorRatioCritical',
  query: promql`${firehoseErrorRatio} > ${critical(firehoseErrorRatio)}`,
  for: '5m',
  severity: 'critical',
  summary: '{{ $labels.instance }} has to skip a large part of its events.',
  description: '{{ $value | humanizePercentage }} of the events of the last 5 minutes were skipped.',
  runbook: errorRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${firehoseErrors}{error="mst"}`, values: '0+{110*critical}x240' },
        { query: promql`${firehoseEvents}{type="commit"}`, values: '0+100x240' },
      ],
      at: '20m',
    },
    quiet: {
      series: [
        { query: promql`${firehoseErrors}{error="mst"}`, values: '0+{90*critical}x240' },
        { query: promql`${firehoseEvents}{type="commit"}`, values: '0+100x240' },
      ],
      at: '20m',
    },
  },
} as const satisfies Alert

export const firehoseReconnecting = {
  alert: 'FirehoseReconnecting',
  query: promql`sum by (job, instance) (increase(${firehoseReconnects}[15m])) > ${warning(firehoseReconnects)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} keeps losing the connection to its relay.',
  description: 'It was opened again {{ $value | humanize }} times in 15 minutes.',
  runbook: `Each time the service continues at its cursor, so nothing is lost, but it falls behind.

1. The log says how each connection ended: closed by the relay (with a code and a reason), or silent for too long.
2. \`ConsumerTooSlow\` from the relay: see FirehoseLagging.
3. Always after the same time? A proxy between here and the relay closes connections that live long.`,
  tests: {
    fires: {
      series: [{ query: promql`${firehoseReconnects}`, values: '0 {warning*1.2}+{warning*1.1/15}x240' }],
      at: '30m',
    },
    quiet: {
      series: [{ query: promql`${firehoseReconnects}`, values: '0+{warning*0.9/15}x240' }],
      at: '30m',
    },
  },
} as const satisfies Alert

export const firehoseWriteSlow = {
  alert: 'FirehoseWriteSlow',
  query: promql`${firehoseBatchWriteTime} > ${critical(firehoseBatchWrite)}`,
  for: '10m',
  severity: 'warning',
  summary: '{{ $labels.instance }} writes events to its stream slowly.',
  description: 'One batch in a hundred takes longer than {{ $value | humanizeDuration }}.',
  runbook: `A batch is one transaction of the database, on disk when it ends. A slow disk is the usual cause.

1. *Storage* dashboard: are other operations slow as well?
2. Does the machine wait for its disk (\`iostat -x 5\`), or share it with something that writes a lot?
3. *Firehose* dashboard, batch size: large batches take longer and mean that it is catching up.`,
  tests: {
    fires: {
      series: [
        { query: promql`${firehoseBatchWrite}_bucket{le="{critical}"}`, values: '0+0x240' },
        { query: promql`${firehoseBatchWrite}_bucket{le="{critical*2}"}`, values: '0+60x240' },
        { query: promql`${firehoseBatchWrite}_bucket{le="+Inf"}`, values: '0+60x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${firehoseBatchWrite}_bucket{le="{critical*0.9}"}`, values: '0+60x240' },
        { query: promql`${firehoseBatchWrite}_bucket{le="+Inf"}`, values: '0+60x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert
