import type { MetricValue } from '../interpret/values.ts'
import type { Expression } from '../program.ts'
import type { LabelSet } from '../source-metric.ts'
import type { CallSite } from './library.ts'

/** Labels that are given in the order of their declaration. */
export function byPosition(
  { metric }: MetricValue,
  call: CallSite,
  args: readonly Expression[],
): Omit<LabelSet, 'file' | 'line'> {
  if (args.some(({ kind }) => kind === 'spread')) return { byName: undefined, count: undefined }
  const { labels } = metric
  if (labels === undefined || labels.length !== args.length) return { byName: undefined, count: args.length }
  const byName = new Map(labels.map((label, index) => [label, call.labelValue(args[index] as Expression)]))
  return { byName, count: args.length }
}

/** Whether a number is written with a minus. */
export function isNegative(amount: Expression | undefined): boolean {
  return amount !== undefined && /^-\s*[\d.]+$/.test(amount.text)
}

/** Undefined where there is none, as for a name that cannot be told. */
export function nonEmpty(texts: readonly string[]): readonly string[] | undefined {
  return texts.length > 0 ? texts : undefined
}
