import type { Expression } from '../program.ts'
import type { GivenLabels } from '../source-metric.ts'
import type { Run } from './run.ts'
import type { MetricValue, Scope } from './values.ts'

/** Remembers which labels a place gives a metric. */
export function noteUse(
  run: Run,
  expression: Expression,
  { module }: Scope,
  { metric, isGuess }: MetricValue,
  use: GivenLabels,
): void {
  if (
    isGuess ||
    metric.uses.some(
      ({ file, line, byName }) =>
        file === module.file && line === expression.line && same(byName, use.byName),
    )
  )
    return
  metric.uses.push({ ...use, isTest: run.isTest })
}

/** Labels that are given in two steps. */
export function mergedLabels(outer: GivenLabels | undefined, inner: GivenLabels): GivenLabels {
  if (outer?.byName === undefined || inner.byName === undefined)
    return inner.byName ? inner : (outer ?? inner)
  return { ...inner, byName: new Map([...outer.byName, ...inner.byName]) }
}

function same(a: GivenLabels['byName'], b: GivenLabels['byName']): boolean {
  return [...(a?.keys() ?? [])].join() === [...(b?.keys() ?? [])].join()
}
