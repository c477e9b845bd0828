import { misspelt, parts, queryKind, withoutListed } from '../bend.ts'
import type { Kind } from '../mutant.ts'

/** What is asked for: metrics, and the matchers that choose among their series. */
export const kinds: readonly Kind[] = [
  queryKind('metric misspelt', function* ({ selectors }) {
    for (const { name } of selectors) if (name) yield { ...name, by: misspelt(name.text) }
  }),
  queryKind('metric without its last part', function* ({ selectors }) {
    for (const { name } of selectors) {
      const by = name?.text.replace(/[_:][^_:]+$/, '')
      if (name && by !== name.text) yield { ...name, by: by ?? '' }
    }
  }),
  queryKind('metric name dropped', function* ({ selectors }) {
    for (const { name, matchers } of selectors) if (name && matchers.length > 0) yield { ...name, by: '' }
  }),
  queryKind('part of a histogram mistaken for another', function* ({ selectors }) {
    const others: Readonly<Record<string, string>> = { bucket: 'count', sum: 'count', count: 'sum' }
    for (const { name } of selectors) {
      const part = /_seconds_(bucket|sum|count)$|_size_(bucket|sum|count)$/
        .exec(name?.text ?? '')?.[0]
        .split('_')
        .at(-1)
      if (name && part !== undefined)
        yield { from: name.to - part.length, to: name.to, by: others[part] ?? '' }
    }
  }),
  queryKind('matcher dropped', function* ({ selectors, text }) {
    for (const { matchers } of selectors)
      for (const matcher of matchers) yield { ...withoutListed(text, matcher), by: '' }
  }),
  queryKind('label of a matcher misspelt', function* ({ selectors }) {
    for (const { matchers } of selectors)
      for (const { label } of matchers) yield { ...label, by: misspelt(label.text) }
  }),
  queryKind('value of a matcher misspelt', function* ({ selectors }) {
    for (const { matchers } of selectors) {
      for (const { value } of matchers) {
        if (!value.isVariable) yield { ...value, by: JSON.stringify(misspelt(value.text)) }
      }
    }
  }),
  queryKind('variable misspelt', function* ({ variables, text }) {
    for (const { from, to } of variables) {
      const was = text.slice(from, to)
      yield { from, to, by: was.replace(/\w+/, misspelt) }
    }
  }),
  queryKind('matcher turned around', function* (query) {
    const turned = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' } as const
    for (const { from, to, by } of operators(query)) yield { from, to, by: turned[by] }
  }),
  queryKind('pattern compared as plain text', function* (query) {
    for (const { from, to, by } of operators(query)) {
      if (by === '=~') yield { from, to, by: '=' }
      if (by === '!~') yield { from, to, by: '!=' }
    }
  }),
  queryKind('selector without its braces', function* (query) {
    for (const { name, from, range, to } of parts(query, 'selector')) {
      const end = range === undefined ? to : query.text.lastIndexOf('[', range.from)
      const braces = query.text.slice(from, end).indexOf('{')
      if (name && braces >= 0) yield { from: from + braces, to: end, by: '' }
    }
  }),
]

function* operators({ selectors, text }: Parameters<typeof parts>[0]) {
  for (const { matchers } of selectors) {
    for (const { label, operator } of matchers) {
      const from = text.indexOf(operator, label.to)
      yield { from, to: from + operator.length, by: operator }
    }
  }
}
