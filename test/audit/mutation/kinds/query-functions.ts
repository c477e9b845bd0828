import type { Call } from '../../../../tools/promql/expression.ts'
import type { ParsedQuery } from '../../../../tools/promql/parse.ts'
import { walk } from '../../../../tools/promql/walk.ts'
import { misspelt, parts, queryKind } from '../bend.ts'
import type { Kind } from '../mutant.ts'

const onlyScales = 'under histogram_quantile, where it multiplies all buckets by the same'

/** What is done with counters, histograms and ranges. */
export const kinds: readonly Kind[] = [
  queryKind('rate, increase or average over time removed', function* (query) {
    for (const {
      from,
      to,
      arguments: [inner],
    } of parts(query, 'call')) {
      if (inner?.kind !== 'selector' || inner.range === undefined) continue
      const bracket = query.text.lastIndexOf('[', inner.range.from)
      yield { from, to, by: query.text.slice(inner.from, bracket) }
    }
  }),
  renamed('rate → increase', 'rate', 'increase', onlyScales),
  renamed('rate → irate', 'rate', 'irate'),
  renamed('rate → delta', 'rate', 'delta'),
  renamed('increase → rate', 'increase', 'rate'),
  renamed('increase → irate', 'increase', 'irate'),
  renamed('increase → delta', 'increase', 'delta'),
  renamed('average over time → maximum', 'avg_over_time', 'max_over_time'),
  queryKind('function misspelt', function* (query) {
    for (const { function: name } of parts(query, 'call')) yield { ...name, by: misspelt(name.text) }
  }),
  queryKind('function removed', function* (query) {
    for (const { from, to, arguments: args } of parts(query, 'call')) {
      const inner = args.at(-1)
      if (inner?.kind === 'selector' && inner.range !== undefined) continue
      if (inner) yield { from, to, by: query.text.slice(inner.from, inner.to) }
    }
  }),
  queryKind('range shortened to 1s', function* (query) {
    for (const { range } of parts(query, 'selector')) if (range) yield { ...range, by: '1s' }
  }),
  queryKind('range of another length', function* (query) {
    for (const { range } of parts(query, 'selector')) {
      if (range) yield { ...range, by: range.ms === 3_600_000 ? '2h' : '1h' }
    }
  }),
  queryKind('range removed', function* (query) {
    for (const { range } of parts(query, 'selector')) {
      if (!range) continue
      yield {
        from: query.text.lastIndexOf('[', range.from),
        to: query.text.indexOf(']', range.to) + 1,
        by: '',
      }
    }
  }),
  queryKind('quantile in percent', function* (query) {
    for (const { from, to, value } of quantiles(query)) yield { from, to, by: String(value * 100) }
  }),
  queryKind('another quantile', function* (query) {
    for (const { from, to, value } of quantiles(query)) yield { from, to, by: value === 0.9 ? '0.8' : '0.9' }
  }),
]

function renamed(name: string, was: string, is: string, leftOut?: string): Kind {
  return queryKind(
    name,
    function* (query) {
      for (const { function: called } of calls(query, was))
        if (leftOut === undefined || !isScaled(query, called.from)) yield { ...called, by: is }
    },
    leftOut,
  )
}

function calls(query: ParsedQuery, name: string): readonly Call[] {
  return parts(query, 'call').filter(({ function: called }) => called.text === name)
}

function quantiles(query: ParsedQuery) {
  return calls(query, 'histogram_quantile').flatMap(({ arguments: [first] }) =>
    first?.kind === 'number' ? [first] : [],
  )
}

function isScaled({ expression }: ParsedQuery, at: number): boolean {
  let isInside = false
  walk(expression, (each) => {
    if (each.kind === 'call' && each.function.text === 'histogram_quantile' && each.from < at && at < each.to)
      isInside = true
  })
  return isInside
}
