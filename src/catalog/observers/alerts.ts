import type { Alert, Recording } from '@tidegauge/otel/catalog'
import { promql, warning } from '@tidegauge/otel/catalog'
import { actionFailure, actionSuccess, cacheHits, cacheMisses, queueDepth } from './metrics.ts'

export const actionFailureShare = {
  record: 'instance:action_failures:ratio_rate5m',
  query: promql`sum by (job, instance) (rate(${actionFailure}[5m])) / (sum by (job, instance) (rate(${actionFailure}[5m])) + sum by (job, instance) (rate(${actionSuccess}[5m])) > 0)`,
  unit: '1',
  description: 'Share of the attempts of actions in the last 5 minutes that failed.',
  thresholds: { warning: 0.05 },
} as const satisfies Recording

export const recentCacheHitRate = {
  record: 'instance:cache_lookups_hit:percent_rate5m',
  query: promql`100 * sum by (job, instance) (rate(${cacheHits}[5m])) / (sum by (job, instance) (rate(${cacheHits}[5m])) + sum by (job, instance) (rate(${cacheMisses}[5m])) > 1)`,
  unit: '{percent}',
  description:
    'Share of the look-ups of the last 5 minutes that were answered from the cache, in percent; absent below one a second.',
  thresholds: { warning: 50, bad: 'below' },
} as const satisfies Recording

const failureRunbook = `What observers call for does not succeed. Each action is tried again, more and more slowly, and becomes a dead letter
after its last attempt: nothing is lost before that.

1. *Observers* dashboard, failures by kind: which kind of action fails, and is it by timeout?
2. \`webhook\`: the log says what the receiver answered: of the last attempt, and with \`--log-level debug\` of each. Is it up, does it know the secret that its bodies are signed with, does it answer
   within the timeout of the action? A receiver that answers 429 or \`Retry-After\` is asked as late as it says.
3. \`sync\`: SyncFailureRatioHigh says why sync runs fail. \`search\`, \`cache\`, \`log\`: is the disk full? \`custom\`: the error is the module's own.
4. Once the cause is gone, put back what was given up: \`tidegauge dead-letters\` lists it.`

export const highActionFailureRate = {
  alert: 'HighActionFailureRate',
  query: promql`${actionFailureShare} > ${warning(actionFailureShare)}`,
  for: '5m',
  severity: 'warning',
  summary: 'Actions of observers fail on {{ $labels.instance }}.',
  description: '{{ $value | humanizePercentage }} of the attempts fail.',
  runbook: failureRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${actionFailure}{action="webhook"}`, values: '0+{warning*120}x240' },
        { query: promql`${actionSuccess}{action="webhook"}`, values: '0+{100-warning*120}x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${actionFailure}{action="webhook"}`, values: '0+{warning*90}x240' },
        { query: promql`${actionSuccess}{action="log"}`, values: '0+{100-warning*90}x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert

const depthRunbook = `More actions are called for than are done. They are on disk, and wait for their turn; events go on.

1. *Observers* dashboard: does the depth still grow? It falls by itself after a burst.
2. Do actions fail (HighActionFailureRate)? What waits for another attempt counts here.
3. Action p99: is a receiver slow? More at once helps then: \`concurrency\` in the observers' file.
4. Are more actions enqueued than intended? \`tidegauge observe list\` shows the observers; one whose condition is too wide calls for an
   action with nearly each event.`

export const queueDepthHigh = {
  alert: 'QueueDepthHigh',
  query: promql`${queueDepth} > ${warning(queueDepth)}`,
  for: '10m',
  severity: 'warning',
  summary: 'Actions of observers pile up on {{ $labels.instance }}.',
  description: '{{ $value | humanize }} actions wait or run.',
  runbook: depthRunbook,
  tests: {
    fires: { series: [{ query: promql`${queueDepth}`, values: '{warning*1.1}x240' }], at: '30m' },
    quiet: { series: [{ query: promql`${queueDepth}`, values: '{warning*0.9}x240' }], at: '30m' },
  },
} as const satisfies Alert

const cacheRunbook = `Most look-ups of records and repos are read from the store: answers take longer than they have to. Nothing is wrong in them.

1. *Observers* dashboard, evictions: are entries pushed out by others? Then more is asked for than the cache holds.
2. No evictions: each record is asked for once, as a crawler does, or changes as often as it is read. Then a cache cannot help, and this
   alert can be silenced.
3. After a start nothing is known yet: it passes.`

export const cacheHitRateLow = {
  alert: 'CacheHitRateLow',
  query: promql`${recentCacheHitRate} < ${warning(recentCacheHitRate)}`,
  for: '10m',
  severity: 'warning',
  summary: 'Most look-ups miss the cache on {{ $labels.instance }}.',
  description: '{{ $value | humanize }} percent of the look-ups are answered from it.',
  runbook: cacheRunbook,
  tests: {
    fires: {
      series: [
        { query: promql`${cacheHits}`, values: '0+{warning*0.81}x240' },
        { query: promql`${cacheMisses}`, values: '0+{90-warning*0.81}x240' },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${cacheHits}`, values: '0+{warning*33}x240' },
        { query: promql`${cacheMisses}`, values: '0+{3000-warning*33}x240' },
        // Most of few look-ups miss.
        { query: promql`${cacheHits}{instance="idle"}`, values: '0+12x240' },
        { query: promql`${cacheMisses}{instance="idle"}`, values: '0+33x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert
