import type { AuditInputs, Check } from '../../check.ts'
import { oppositeNames, oppositesOf } from './opposites.ts'
import { productRecordings, type RecordedMetric, recordedMetrics, sourceFinding } from './source-finding.ts'

const check = 'source-half-pair'

/** Hits without misses make a ratio of 100%, for ever. */
export const sourceHalfPair: Check = {
  name: check,
  description: 'The source records one half of a pair: hits without misses, success without failure.',
  *run(inputs) {
    yield* byName(inputs)
    yield* byLabel(inputs)
  },
}

function* byName(inputs: AuditInputs) {
  const metrics = recordedMetrics(inputs)
  const known = new Map(metrics.map((metric) => [metric.name, metric]))
  for (const metric of metrics) {
    if (productRecordings(metric).length === 0) continue
    for (const opposite of oppositeNames(metric.name)) {
      const other = known.get(opposite)
      if (other === undefined || productRecordings(other).length > 0) continue
      yield sourceFinding(other, {
        check,
        level: 'error',
        reason: `${metric.name} is recorded, and its counterpart ${other.name} is not: every ratio of the two is wrong.`,
        mend: `Record ${other.name} in the other branch.`,
      })
    }
  }
}

function* byLabel(inputs: AuditInputs) {
  for (const metric of recordedMetrics(inputs)) {
    for (const label of metric.labels.keys()) {
      const values = literalValues(metric, label)
      if (values === undefined || values.length === 0) continue
      const missing = missingHalf(values)
      const declared = metric.library === 'catalog' ? metric.labels.get(label) : undefined
      if (missing === undefined || (declared && !missing.some((value) => declared.includes(value)))) continue
      yield sourceFinding(metric, {
        check,
        level: 'warning',
        reason: `${metric.name} is recorded with ${label}="${values.join('", "')}" alone, never with ${missing.map((value) => `"${value}"`).join(' or ')}.`,
        mend: 'Record the other outcome as well, in every branch that leads to it.',
      })
    }
  }
}

/** The values of a label in the product; undefined where some are computed. */
function literalValues(metric: RecordedMetric, label: string): readonly string[] | undefined {
  const values = new Set<string>()
  for (const { labels } of productRecordings(metric)) {
    const value = labels.get(label)
    if (value === undefined) return undefined
    values.add(value)
  }
  return [...values]
}

/** What none of the values says, if all of them stand on one side of a pair. */
function missingHalf(values: readonly string[]): readonly string[] | undefined {
  for (const value of values) {
    const opposites = oppositesOf(value.toLowerCase())
    if (
      opposites.length > 0 &&
      values.every((other) => !opposites.includes(other.toLowerCase())) &&
      values.length === 1
    )
      return opposites
  }
  return undefined
}
