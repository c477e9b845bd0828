import type { DeclaredMetric, LabelSet, Recorded } from '../../../metrics/declared-metric.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { sourceFinding } from './source-finding.ts'

const check = 'source-labels'

/** Most client libraries throw or panic then, in the branch that was to be measured. */
export const sourceLabels: Check = {
  name: check,
  description: 'A metric is recorded with other labels, or other values of them, than it declares.',
  *run({ source }) {
    for (const metric of source?.metrics ?? []) {
      if (
        metric.areLabelsKnown === false ||
        metric.library === 'opentelemetry' ||
        metric.library === 'metrics'
      )
        continue
      for (const labelSet of metric.labelSets ?? []) {
        const reason = mismatch(metric, labelSet) ?? undeclaredValue(metric, labelSet)
        if (reason) yield finding(metric, labelSet, reason)
      }
      for (const recording of metric.recordings ?? []) {
        const missing = labelsLeftOut(metric, recording)
        if (missing.length > 0)
          yield finding(
            metric,
            recording,
            `${metric.name} is not given the label ${missing.join(', ')} here, which it declares.`,
          )
      }
    }
  },
}

function finding(
  metric: DeclaredMetric,
  at: { readonly file: string; readonly line: number },
  reason: string,
): Finding {
  return sourceFinding(metric, {
    check,
    level: 'error',
    at,
    reason,
    mend: 'Give exactly the labels of the declaration, or declare those that are given.',
  })
}

/** Only our own declarations list the values of labels, and what is not listed is counted as `_OTHER`. */
function undeclaredValue(
  { name, library, labels }: DeclaredMetric,
  { byName }: LabelSet,
): string | undefined {
  if (library !== 'catalog') return undefined
  for (const [label, { literal }] of byName ?? []) {
    const values = labels.get(label)
    if (literal !== undefined && values !== undefined && !values.includes(literal))
      return `${name} is given ${label}="${literal}" here, and declares ${values.join(', ')}.`
  }
  return undefined
}

/** Labels that our own declarations ask for, and that are given neither here nor where it was bound. */
function labelsLeftOut(
  { library, labels }: DeclaredMetric,
  { labelNames, reach }: Recorded,
): readonly string[] {
  if (library !== 'catalog' || labelNames === undefined || reach === 'test') return []
  return [...labels.keys()].filter((label) => !labelNames.includes(label))
}

function mismatch(metric: DeclaredMetric, { byName, count }: LabelSet): string | undefined {
  const declared = [...metric.labels.keys()]
  const words = declared.length === 0 ? 'no labels' : declared.join(', ')
  if (count !== undefined && count !== declared.length)
    return `${metric.name} is given ${count} label value${count === 1 ? '' : 's'} here, and declares ${words}.`
  if (byName === undefined) return undefined
  const unknown = [...byName.keys()].filter((name) => !declared.includes(name))
  if (unknown.length > 0)
    return `${metric.name} is given the label ${unknown.join(', ')} here, and declares ${words}.`
  // Where labels may be given bit by bit, and left out, fewer are not a mistake.
  const missing = declared.filter((name) => !byName.has(name))
  const isStrict = metric.library === 'client_golang' || metric.library === 'prometheus_client'
  return isStrict && missing.length > 0
    ? `${metric.name} is not given the label ${missing.join(', ')} here, which it declares.`
    : undefined
}
