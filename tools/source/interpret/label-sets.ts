import type { Expression } from '../program.ts'
import type { LabelSet } from '../source-metric.ts'
import type { Run } from './run.ts'
import type { MetricValue, Scope } from './values.ts'

/** Remembers which labels a place gives a metric. */
export function noteLabelSet(
  run: Run,
  expression: Expression,
  { module }: Scope,
  { metric, isGuess }: MetricValue,
  labels: LabelSet,
): void {
  if (
    isGuess ||
    metric.labelSets.some(
      ({ file, line, byName }) =>
        file === module.file && line === expression.line && same(byName, labels.byName),
    )
  )
    return
  metric.labelSets.push({ ...labels, isTest: run.isTest })
}

/** Labels that are given in two steps. */
export function mergedLabels(outer: LabelSet | undefined, inner: LabelSet): LabelSet {
  if (outer?.byName === undefined || inner.byName === undefined)
    return inner.byName ? inner : (outer ?? inner)
  return { ...inner, byName: new Map([...outer.byName, ...inner.byName]) }
}

function same(a: LabelSet['byName'], b: LabelSet['byName']): boolean {
  return [...(a?.keys() ?? [])].join() === [...(b?.keys() ?? [])].join()
}
