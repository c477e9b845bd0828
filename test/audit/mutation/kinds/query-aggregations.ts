import { components } from '../../../../src/catalog/catalog.ts'
import { declaredCatalog } from '../../../../tools/catalog-file/declared-catalog.ts'
import type { Aggregation } from '../../../../tools/promql/expression.ts'
import type { ParsedQuery } from '../../../../tools/promql/parse.ts'
import { misspelt, parts, queryKind, withoutListed } from '../bend.ts'
import type { Kind } from '../mutant.ts'

const alone = 'where each group is a single series'

/** How series are put together. */
export const kinds: readonly Kind[] = [
  turned('sum → avg', 'sum', 'avg'),
  turned('sum → max', 'sum', 'max'),
  turned('sum → count', 'sum', 'count'),
  turned('max → sum', 'max', 'sum'),
  turned('max → min', 'max', 'min'),
  queryKind(
    'aggregation removed',
    function* (query) {
      for (const each of parts(query, 'aggregation')) {
        if (isAlone(each)) continue
        yield { from: each.from, to: each.to, by: query.text.slice(each.expression.from, each.expression.to) }
      }
    },
    'where each group is a single series',
  ),
  queryKind('label of by dropped', function* (query) {
    for (const { grouping } of parts(query, 'aggregation'))
      for (const label of grouping?.labels ?? []) yield { ...withoutListed(query.text, label), by: '' }
  }),
  queryKind('label of by misspelt', function* (query) {
    for (const { grouping } of parts(query, 'aggregation'))
      for (const label of grouping?.labels ?? []) yield { ...label, by: misspelt(label.text) }
  }),
  queryKind('by dropped whole', function* (query) {
    for (const { grouping } of parts(query, 'aggregation')) if (grouping) yield { ...grouping, by: '' }
  }),
  queryKind('by → without', function* (query) {
    for (const { grouping } of parts(query, 'aggregation'))
      if (grouping) yield { from: grouping.from, to: grouping.from + grouping.kind.length, by: 'without' }
  }),
  queryKind('le dropped', function* (query) {
    for (const { grouping } of parts(query, 'aggregation'))
      for (const label of grouping?.labels ?? [])
        if (label.text === 'le') yield { ...withoutListed(query.text, label), by: '' }
  }),
]

function turned(name: string, was: string, is: string): Kind {
  return queryKind(
    name,
    function* (query) {
      const inQuantile = was === 'sum' && is === 'avg' && /histogram_quantile/.test(query.text)
      for (const each of parts(query, 'aggregation')) {
        const isSame = is !== 'count' && isAlone(each)
        if (each.operator.text === was && !isSame && !inQuantile) yield { ...each.operator, by: is }
      }
    },
    is === 'count'
      ? undefined
      : is === 'avg'
        ? `${alone}, and under histogram_quantile, where it scales all buckets by the same`
        : alone,
  )
}

/** What the catalog declares has no other labels; those of its instance are on every series. */
const labels = new Map(
  declaredCatalog({ file: '', components }).metrics.map(({ name, labels }) => [name, [...labels.keys()]]),
)

function isAlone({ grouping, expression }: Aggregation): boolean {
  const kept = new Set(grouping?.labels.map(({ text }) => text))
  if (!kept.has('instance')) return false
  const selectors = selectorsIn(expression)
  return selectors.every(({ name, matchers }) => {
    const own = labels.get(name?.text ?? '')
    const fixed = matchers.filter(({ operator }) => operator === '=').map(({ label }) => label.text)
    return own?.every((label) => kept.has(label) || fixed.includes(label)) ?? false
  })
}

function selectorsIn(expression: Aggregation['expression']): ParsedQuery['selectors'] {
  return parts({ expression } as ParsedQuery, 'selector')
}
