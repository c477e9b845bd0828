import type { DeclaredMetric } from '../metrics/declared-metric.ts'
import type { Reachability } from './reach.ts'
import type { SourceMetric } from './source-metric.ts'

/** What the audit needs to know of a metric that was found in source. */
export function declaredMetric(metric: SourceMetric, reach: Reachability): DeclaredMetric {
  const { name, type, help, unit, file, line, library, labelSets } = metric
  const labels = library === 'opentelemetry' ? recordedLabels(metric) : metric.labels
  // A guess counts only where nothing better is known.
  const certain = metric.recordings.filter(({ isGuess }) => !isGuess)
  const recordings = certain.some((recording) => reach.of(recording) === 'product')
    ? certain
    : metric.recordings
  return {
    name,
    type,
    help,
    unit,
    labels: new Map((labels ?? []).map((label) => [label, valuesOf(label, metric)])),
    file,
    line,
    recordings: metric.isRecordedElsewhere
      ? undefined
      : recordings.map((recording) => ({
          file: recording.file,
          line: recording.line,
          reach: reach.of(recording),
          labels: recording.labels,
          ...(recording.labelNames && { labelNames: recording.labelNames }),
          by: recording.by,
        })),
    library,
    labelSets: labelSets.filter(({ isTest }) => !isTest),
    areLabelsKnown: labels !== undefined,
  }
}

/** OpenTelemetry declares no labels: a metric has those that it is recorded with. */
function recordedLabels({ labels, labelSets }: SourceMetric): readonly string[] | undefined {
  const product = labelSets.filter(({ isTest }) => !isTest)
  if (labels === undefined || product.some(({ byName }) => byName === undefined)) return undefined
  return [...new Set(product.flatMap(({ byName }) => [...(byName?.keys() ?? [])]))]
}

/** Declared values, or else those that are written at every place that gives the label. */
function valuesOf(
  label: string,
  { values, labelSets, recordings }: SourceMetric,
): readonly string[] | undefined {
  const known = values.get(label)
  if (known) return [...known]
  const product = labelSets.filter(({ isTest }) => !isTest)
  // A guess may stand for a place that gives other values.
  if (product.length === 0 || recordings.some(({ isGuess }) => isGuess)) return undefined
  const literals = new Set<string>()
  for (const { byName } of product) {
    if (byName === undefined) return undefined
    const value = byName.get(label)
    if (value === undefined) continue
    if (value.literal === undefined) return undefined
    literals.add(value.literal)
  }
  return literals.size > 0 ? [...literals] : undefined
}
