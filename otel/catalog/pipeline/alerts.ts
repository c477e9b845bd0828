import type { Alert } from '../alert.ts'
import { promql, warning } from '../promql.ts'
import type { Recording } from '../query.ts'
import {
  pipelineCallbackErrors,
  pipelineExports,
  pipelineMeasurementsDropped,
  pipelineOverflows,
  pipelineScrapeDuration,
  pipelineScrapes,
  pipelineSeries,
} from './metrics.ts'

/** Nothing while nobody scrapes. */
export const pipelineIncompleteRatio = {
  record: 'instance:pipeline_scrapes_incomplete:ratio_rate10m',
  query: promql`sum by (job, instance) (rate(${pipelineScrapes}{outcome!="success"}[10m])) / (sum by (job, instance) (rate(${pipelineScrapes}[10m])) > 0)`,
  unit: '1',
  description: 'Share of the scrapes that were answered in part, too late or not at all.',
  thresholds: { warning: 0.05, critical: 0.5 },
} as const satisfies Recording

export const pipelineScrapeTime = {
  record: 'instance:pipeline_scrape_duration_seconds:p95_rate10m',
  query: promql`histogram_quantile(0.95, sum by (job, instance, le) (rate(${pipelineScrapeDuration}_bucket[10m])))`,
  unit: 's',
  description: 'Time in which 95 of 100 scrapes are answered.',
  thresholds: pipelineScrapeDuration.thresholds,
} as const satisfies Recording

export const scrapesIncomplete = {
  alert: 'ScrapeIncomplete',
  query: promql`${pipelineIncompleteRatio} > ${warning(pipelineIncompleteRatio)}`,
  for: '5m',
  severity: 'warning',
  summary: 'Scrapes of {{ $labels.instance }} lack metrics.',
  description: '{{ $value | humanizePercentage }} of the scrapes were incomplete, late or failed.',
  runbook: `1. *Metrics pipeline* dashboard, scrapes by outcome. \`partial\`: an observation failed or hung; see CallbackErrors for which. \`timeout\`: see ScrapeSlow. \`error\`: the log says why.
2. What is missing keeps its last value in Prometheus for five minutes, and is gone then.`,
  tests: {
    fires: {
      series: [
        { query: promql`${pipelineScrapes}{outcome="partial"}`, values: '0+{110*warning}x240' },
        { query: promql`${pipelineScrapes}{outcome="success"}`, values: '0+{100-110*warning}x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${pipelineScrapes}{outcome="partial"}`, values: '0+{90*warning}x240' },
        { query: promql`${pipelineScrapes}{outcome="success"}`, values: '0+{100-90*warning}x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

export const scrapeSlow = {
  alert: 'ScrapeSlow',
  query: promql`${pipelineScrapeTime} > ${warning(pipelineScrapeDuration)}`,
  for: '10m',
  severity: 'warning',
  summary: 'Scrapes of {{ $labels.instance }} are slow.',
  description:
    'One scrape in twenty takes longer than {{ $value | humanizeDuration }}; Prometheus gives up after its timeout.',
  runbook: `1. *Metrics pipeline* dashboard: how many series are there? See SeriesMany.
2. *Process* dashboard, event loop delay: a blocked thread answers late; see EventLoopBlocked.
3. An observation that asks a slow database is left behind after its deadline and counted; see CallbackErrors.`,
  tests: {
    fires: {
      series: [
        { query: promql`${pipelineScrapeDuration}_bucket{le="{warning}"}`, values: '0+0x240' },
        { query: promql`${pipelineScrapeDuration}_bucket{le="{warning*2}"}`, values: '0+4x240' },
        { query: promql`${pipelineScrapeDuration}_bucket{le="+Inf"}`, values: '0+4x240' },
      ],
      at: '40m',
    },
    quiet: {
      series: [
        { query: promql`${pipelineScrapeDuration}_bucket{le="{warning*0.9}"}`, values: '0+4x240' },
        { query: promql`${pipelineScrapeDuration}_bucket{le="+Inf"}`, values: '0+4x240' },
      ],
      at: '40m',
    },
  },
} as const satisfies Alert

export const seriesMany = {
  alert: 'SeriesMany',
  query: promql`${pipelineSeries} > ${warning(pipelineSeries)}`,
  for: '15m',
  severity: 'warning',
  summary: '{{ $labels.instance }} has very many series.',
  description: '{{ $value | humanize }} series in one collection.',
  runbook: `1. Which metric? \`topk(10, count by (__name__) ({job="tidegauge"}))\`
2. Which label? \`tidegauge audit --scrape URL\` names the biggest series and the labels that grow.
3. A view in the configuration file can leave a label out, or lower a limit.`,
  tests: {
    fires: { series: [{ query: promql`${pipelineSeries}`, values: '{warning*1.1}x240' }], at: '30m' },
    quiet: { series: [{ query: promql`${pipelineSeries}`, values: '{warning*0.9}x240' }], at: '30m' },
  },
} as const satisfies Alert

export const seriesOverflow = {
  alert: 'SeriesOverflow',
  query: promql`sum by (job, instance, metric) (increase(${pipelineOverflows}[15m])) > ${warning(pipelineOverflows)}`,
  for: '2m',
  severity: 'warning',
  summary: '{{ $labels.metric }} of {{ $labels.instance }} is at its limit of series.',
  description: '{{ $value | humanize }} measurements in 15 minutes went to its overflow series.',
  runbook: `Sums stay right, but new values of its labels are no longer told apart; of a gauge the overflow series has the last value.

1. What do its labels hold? An address or an id in a label never ends: it belongs in the log.
2. Are the values all wanted? Raise its limit with a view in the configuration file.`,
  tests: {
    fires: {
      series: [
        {
          query: promql`${pipelineOverflows}{metric="http.requests"}`,
          values: '0 {warning*1.2}+{warning*1.1/15}x240',
        },
      ],
      at: '30m',
      labels: { metric: 'http.requests' },
    },
    quiet: {
      series: [
        { query: promql`${pipelineOverflows}{metric="http.requests"}`, values: '0+{warning*0.9/15}x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

export const measurementsDropped = {
  alert: 'MeasurementsDropped',
  query: promql`sum by (job, instance, reason) (increase(${pipelineMeasurementsDropped}[15m])) > ${warning(pipelineMeasurementsDropped)}`,
  for: '2m',
  severity: 'warning',
  summary: '{{ $labels.instance }} records what its catalog does not declare ({{ $labels.reason }}).',
  description: '{{ $value | humanize }} attributes or values in 15 minutes were dropped or replaced.',
  runbook: `\`undeclared_attribute\`: an attribute was left out. \`undeclared_value\`: a value became \`_OTHER\`. \`not_finite\`: a measurement was no number and was left out.

1. The log names the metric, once for each.
2. This is a mistake in the program: declare the value in the catalog or correct what records it.`,
  tests: {
    fires: {
      series: [
        {
          query: promql`${pipelineMeasurementsDropped}{reason="undeclared_value"}`,
          values: '0 {warning*1.2}+{warning*1.1/15}x240',
        },
      ],
      at: '30m',
      labels: { reason: 'undeclared_value' },
    },
    quiet: {
      series: [
        {
          query: promql`${pipelineMeasurementsDropped}{reason="undeclared_value"}`,
          values: '0+{warning*0.9/15}x240',
        },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

export const callbackErrors = {
  alert: 'CallbackErrors',
  query: promql`sum by (job, instance, metric, reason) (increase(${pipelineCallbackErrors}[15m])) > ${warning(pipelineCallbackErrors)}`,
  for: '2m',
  severity: 'warning',
  summary: '{{ $labels.metric }} of {{ $labels.instance }} cannot be read ({{ $labels.reason }}).',
  description:
    '{{ $value | humanize }} observations in 15 minutes failed; the metric was left out of these collections.',
  runbook: `1. \`error\`: the log says what was thrown. \`timeout\`: it took longer than the scrape may.
2. Metrics of the storage read the database: is it locked, slow, or closed?
3. All other metrics are served as ever.`,
  tests: {
    fires: {
      series: [
        {
          query: promql`${pipelineCallbackErrors}{metric="storage.disk",reason="error"}`,
          values: '0 {warning*1.2}+{warning*1.1/15}x240',
        },
      ],
      at: '30m',
      labels: { metric: 'storage.disk', reason: 'error' },
    },
    quiet: {
      series: [
        {
          query: promql`${pipelineCallbackErrors}{metric="storage.disk",reason="error"}`,
          values: '0+{warning*0.9/15}x240',
        },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

/** Nothing while nothing is pushed. */
export const pipelineExportFailureRatio = {
  record: 'instance_exporter:pipeline_exports_failed:ratio_rate15m',
  query: promql`sum by (job, instance, exporter) (rate(${pipelineExports}{outcome="failure"}[15m])) / (sum by (job, instance, exporter) (rate(${pipelineExports}{outcome!="retry"}[15m])) > 0)`,
  unit: '1',
  description: 'Share of the pushes that failed for good.',
  thresholds: { warning: 0.1, critical: 0.9 },
} as const satisfies Recording

export const exportsFailing = {
  alert: 'ExportsFailing',
  query: promql`${pipelineExportFailureRatio} > ${warning(pipelineExportFailureRatio)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} cannot push its metrics ({{ $labels.exporter }}).',
  description: '{{ $value | humanizePercentage }} of the pushes of the last 15 minutes failed.',
  runbook: `Counters go on counting, so that later pushes make up for it; gauges of that time are lost. Where this is the only way
out, this alert cannot arrive either: TargetAbsent tells then.

1. The log says what the backend answered.
2. Is the Collector up, and does \`OTEL_EXPORTER_OTLP_ENDPOINT\` name it?
3. 401, 403: the headers. 413: the batch is too large. 429, 503: the backend asks for patience, and gets it.`,
  tests: {
    fires: {
      series: [
        {
          query: promql`${pipelineExports}{exporter="otlp_http",outcome="failure"}`,
          values: '0+{110*warning}x240',
        },
        {
          query: promql`${pipelineExports}{exporter="otlp_http",outcome="success"}`,
          values: '0+{100-110*warning}x240',
        },
        { query: promql`${pipelineExports}{exporter="otlp_http",outcome="retry"}`, values: '0+100x240' },
      ],
      at: '40m',
      labels: { exporter: 'otlp_http' },
    },
    quiet: {
      series: [
        {
          query: promql`${pipelineExports}{exporter="otlp_http",outcome="failure"}`,
          values: '0+{90*warning}x240',
        },
        {
          query: promql`${pipelineExports}{exporter="otlp_http",outcome="success"}`,
          values: '0+{100-90*warning}x240',
        },
        { query: promql`${pipelineExports}{exporter="otlp_http",outcome="retry"}`, values: '0+100x240' },
      ],
      at: '40m',
    },
  },
} as const satisfies Alert
