import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { critical, promql, warning } from '@tidegauge/otel/catalog'
import { httpRequests, httpServerRequestDuration } from './metrics.ts'

export const httpRequestRate = {
  record: 'instance:http_requests:rate5m',
  query: promql`sum by (job, instance) (rate(${httpRequests}[5m]))`,
  unit: '{request}/s',
  description: 'API requests per second.',
} as const satisfies Recording

/** Says 0 where there were requests and no errors, and nothing where there were no requests. */
export const httpErrorRatio = {
  record: 'instance:http_request_errors:ratio_rate5m',
  query: promql`(sum by (job, instance) (rate(${httpRequests}{status=~"5.."}[5m])) or ${httpRequestRate} * 0) / (${httpRequestRate} > 0)`,
  unit: '1',
  description: 'Share of API requests that the service failed to answer (status 5xx).',
  thresholds: { warning: 0.01, critical: 0.05 },
} as const satisfies Recording

export const httpLatency = {
  record: 'instance:http_request_duration_seconds:p99_rate5m',
  query: promql`histogram_quantile(0.99, sum by (job, instance, le) (rate(${httpServerRequestDuration}_bucket[5m])))`,
  unit: 's',
  description: 'Time in which 99 of 100 API requests are answered.',
  thresholds: httpServerRequestDuration.thresholds,
} as const satisfies Recording

const errorRunbook = `The service itself failed to answer: clients see a status of 500 or above.

1. *HTTP API* dashboard, requests by status and path: is it one path or all of them?
2. \`GET /ready\` names what does not work, since when, and what mends it: storage, relay, ingest, indexing, directory, workers.
3. The log has one line for each failed request, at level error, with its cause.

503 means that a part is not ready yet; it goes away by itself after a start. Anything else deserves a report.`

export const httpErrors: readonly Alert[] = [
  {
    alert: 'HttpErrorRatioHigh',
    query: promql`${httpErrorRatio} > ${warning(httpErrorRatio)} and on (job, instance) ${httpRequestRate} > 0.1`,
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.instance }} fails to answer some API requests.',
    description: '{{ $value | humanizePercentage }} of the requests of the last 5 minutes ended in a 5xx.',
    runbook: errorRunbook,
    tests: {
      fires: {
        series: [
          { query: promql`${httpRequests}{status="500"}`, values: '0+{10.8*warning}x240' },
          { query: promql`${httpRequests}{status="200"}`, values: '0+{9-10.8*warning}x240' },
        ],
        at: '30m',
      },
      quiet: {
        series: [
          { query: promql`${httpRequests}{status="500"}`, values: '0+{80*warning}x240' },
          { query: promql`${httpRequests}{status="404"}`, values: '0+{100-80*warning}x240' },
          // Nearly every request of another process fails, but there are too few of them to say anything.
          { query: promql`${httpRequests}{instance="idle",status="503"}`, values: '0+4x240' },
          { query: promql`${httpRequests}{instance="idle",status="200"}`, values: '0+1x240' },
        ],
        at: '30m',
      },
    },
  },
  {
    alert: 'HttpErrorRatioCritical',
    query: promql`${httpErrorRatio} > ${critical(httpErrorRatio)} and on (job, instance) ${httpRequestRate} > 0.1`,
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.instance }} fails to answer many API requests.',
    description: '{{ $value | humanizePercentage }} of the requests of the last 5 minutes ended in a 5xx.',
    runbook: errorRunbook,
    tests: {
      fires: {
        series: [
          { query: promql`${httpRequests}{status="503"}`, values: '0+{10.8*critical}x240' },
          { query: promql`${httpRequests}{status="200"}`, values: '0+{9-10.8*critical}x240' },
        ],
        at: '20m',
      },
      quiet: {
        series: [
          { query: promql`${httpRequests}{status="503"}`, values: '0+{80*critical}x240' },
          { query: promql`${httpRequests}{status="200"}`, values: '0+{100-80*critical}x240' },
          // Nearly every request of another process fails, but there are too few of them to say anything.
          { query: promql`${httpRequests}{instance="idle",status="503"}`, values: '0+4x240' },
          { query: promql`${httpRequests}{instance="idle",status="200"}`, values: '0+1x240' },
        ],
        at: '20m',
      },
    },
  },
]

export const httpLatencyHigh = {
  alert: 'HttpLatencyHigh',
  query: promql`${httpLatency} > ${critical(httpServerRequestDuration)} and on (job, instance) ${httpRequestRate} > 0.1`,
  for: '10m',
  severity: 'warning',
  summary: '{{ $labels.instance }} answers API requests slowly.',
  description: 'One request in a hundred takes longer than {{ $value | humanizeDuration }}.',
  runbook: `Everything runs on one thread, so a slow answer has been waiting for something else or is slow itself.

1. *Process* dashboard, event loop delay: high as well? Then something blocks the thread; see EventLoopBlocked.
2. *Storage* and *Search* dashboards, latency by operation: a slow disk shows in all of them, a costly query in one.
3. *HTTP API* dashboard, duration by path: queries on fields without an index read the whole collection; name them in \`--index\`.`,
  tests: {
    fires: {
      series: [
        {
          query: promql`${httpServerRequestDuration}_bucket{path="/query",le="{critical}"}`,
          values: '0+0x240',
        },
        {
          query: promql`${httpServerRequestDuration}_bucket{path="/query",le="{critical*2}"}`,
          values: '0+60x240',
        },
        { query: promql`${httpServerRequestDuration}_bucket{path="/query",le="+Inf"}`, values: '0+60x240' },
        { query: promql`${httpRequests}{status="200"}`, values: '0+9x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        {
          query: promql`${httpServerRequestDuration}_bucket{path="/query",le="{critical*0.9}"}`,
          values: '0+60x240',
        },
        { query: promql`${httpServerRequestDuration}_bucket{path="/query",le="+Inf"}`, values: '0+60x240' },
        { query: promql`${httpRequests}{status="200"}`, values: '0+60x240' },
        // Another process is slow, but answers too few requests to say anything.
        {
          query: promql`${httpServerRequestDuration}_bucket{instance="idle",le="{critical*2}"}`,
          values: '0+5x240',
        },
        { query: promql`${httpServerRequestDuration}_bucket{instance="idle",le="+Inf"}`, values: '0+10x240' },
        { query: promql`${httpRequests}{instance="idle",status="200"}`, values: '0+5x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert
