import { comparisons, setOperators } from '../../../../tools/promql/expression.ts'
import { parts, queryKind } from '../bend.ts'
import type { Kind } from '../mutant.ts'

/** Comparisons, arithmetic, and the bounds of alerts. */
export const kinds: readonly Kind[] = [
  queryKind('comparison turned around', function* (query) {
    const turned: Readonly<Record<string, string>> = {
      '>': '<',
      '<': '>',
      '>=': '<=',
      '<=': '>=',
      '==': '!=',
      '!=': '==',
    }
    for (const { operator } of compared(query)) yield { ...operator, by: turned[operator.text] ?? '' }
  }),
  queryKind('comparison dropped', function* (query) {
    for (const { left, right } of compared(query)) yield { from: left.to, to: right.to, by: '' }
  }),
  ...[100, 0.01].map((factor) =>
    queryKind(
      `bound × ${factor}`,
      function* (query) {
        for (const { right } of compared(query))
          if (right.kind === 'number' && right.value !== 0)
            yield { ...right, by: String(Number((right.value * factor).toPrecision(9))) }
      },
      'bounds of 0',
    ),
  ),
  queryKind('operator bent', function* (query) {
    const bent: Readonly<Record<string, string>> = {
      '/': '*',
      '*': '/',
      '+': '-',
      '-': '+',
      and: 'or',
      or: 'and',
      unless: 'and',
    }
    for (const { operator } of parts(query, 'binary')) {
      const by = bent[operator.text]
      if (by !== undefined) yield { ...operator, by }
    }
  }),
  queryKind('sides swapped', function* (query) {
    for (const { operator, left, right } of parts(query, 'binary')) {
      if (operator.text !== '/' && operator.text !== '-') continue
      const between = query.text.slice(left.to, right.from)
      const sides = [right, left].map((side) => query.text.slice(side.from, side.to))
      yield { from: left.from, to: right.to, by: sides.join(between) }
    }
  }),
  queryKind('left side dropped', function* (query) {
    for (const { operator, left, right } of parts(query, 'binary'))
      if (!comparisons.has(operator.text)) yield { from: left.from, to: right.from, by: '' }
  }),
  queryKind('right side dropped', function* (query) {
    for (const { operator, left, right } of parts(query, 'binary'))
      if (!comparisons.has(operator.text)) yield { from: left.to, to: right.to, by: '' }
  }),
  queryKind('on dropped', function* (query) {
    for (const { matching, operator } of parts(query, 'binary'))
      if (matching && setOperators.has(operator.text)) yield { ...matching, by: '' }
  }),
  queryKind('bracket dropped', function* ({ text }) {
    const at = Math.max(text.lastIndexOf(')'), text.lastIndexOf('}'))
    yield { from: at, to: at + 1, by: '' }
  }),
  queryKind('query emptied', function* ({ text }) {
    yield { from: 0, to: text.length, by: '' }
  }),
]

function compared(query: Parameters<typeof parts>[0]) {
  return parts(query, 'binary').filter(({ operator }) => comparisons.has(operator.text))
}
