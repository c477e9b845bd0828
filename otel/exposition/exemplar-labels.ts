import type { Exemplar } from '../sdk/exemplars.ts'
import { type Label, type LabelRules, labelsOf } from './labels.ts'

/** Gives the labels of an exemplar, as a format writes them. */
export type ExemplarLabels = (exemplar: Exemplar) => readonly Label[]

/**
 * The labels of exemplars: the trace, and the attributes that a view has taken off the series. Prometheus takes no
 * exemplar whose labels are longer than it allows; then the attributes stay out.
 */
export function exemplarLabels({
  strategy,
  escaping,
}: Pick<LabelRules, 'strategy' | 'escaping'>): ExemplarLabels {
  const reserved = ['trace_id', 'span_id']
  return ({ traceId, spanId, filteredAttributes }) => {
    const ids: Label[] = []
    if (traceId !== undefined) ids.push(['trace_id', traceId])
    if (spanId !== undefined) ids.push(['span_id', spanId])
    if (filteredAttributes === undefined) return ids
    const all = [...ids, ...labelsOf(filteredAttributes, { strategy, escaping, reserved, constant: [] })]
    return lengthOf(all) > longest ? ids : all
  }
}

/** Characters of all names and values together. */
const longest = 128

function lengthOf(labels: readonly Label[]): number {
  return labels.flat().reduce((sum, text) => sum + [...text].length, 0)
}
