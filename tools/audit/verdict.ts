import type { MetricReport } from './metric-reports.ts'

/** What an auditor would say of a metric in a word or two; `good` when nothing above info was found. */
export function verdictOf(report: MetricReport): string {
  const severe = report.findings.filter(({ level }) => level !== 'info')
  const words = [...new Set(severe.map(({ check }) => check))].map(
    (check) => shortWords[check] ?? check.replaceAll('-', ' '),
  )
  const { recordings, hasMoved } = report
  if (recordings?.length === 0 && !severe.some(({ check }) => check.startsWith('source-')))
    words.unshift('nothing records it')
  if (words.length > 0) return words.join(', ')
  if (hasMoved === false && report.type === 'counter') return 'good; has not happened yet'
  return 'good'
}

/** Of checks whose name would not read as a verdict. */
const shortWords: Readonly<Record<string, string>> = {
  'source-catalog': 'declared differently',
  'source-counter-misuse': 'goes down',
  'source-dead-recording': 'recorded by dead code only',
  'source-declared-twice': 'declared twice',
  'source-gauge-one-way': 'goes one way only',
  'source-half-pair': 'half of a pair',
  'source-labels': 'given other labels',
  'source-not-recorded': 'nothing records it',
  'source-only-in-tests': 'recorded by tests only',
  'source-timer-unit': 'timed in seconds',
  'source-unbounded-label': 'label without bound',
  'histogram-buckets': 'other buckets',
  'scrape-timestamp': 'exposed with a time',
  'metric-absent': 'not in the scrape',
  'metric-undeclared': 'undeclared',
  'metric-never-updated': 'never updated',
  'metric-stale': 'stopped moving',
  'metric-no-panel': 'on no panel',
  'metric-no-alert': 'no alert',
  'metric-type': 'declared differently',
  'metric-unit': 'wrong unit',
  'metric-help': 'no help',
  'metric-help-declared': 'other help text',
  'name-convention': 'misnamed',
  'name-label': 'misnamed label',
  'counter-value': 'impossible value',
  'histogram-shape': 'unsuitable buckets',
  'scrape-duplicate': 'exposed twice',
  'cardinality-series': 'too many series',
  'cardinality-growth': 'grows without end',
  'cardinality-values': 'label identifies single things',
}
