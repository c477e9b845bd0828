import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import { queryFinding, type ReadQuery, readQueriesOf } from '../queries.ts'
import { numbersNamed } from './quantile-words.ts'

const check = 'query-quantile-number'

export const queryQuantileNumber: Check = {
  name: check,
  description: 'Quantiles outside 0 to 1, or other than the legend, the title or the name of the rule says.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      for (const { quantile, at } of quantilesIn(located)) {
        if (quantile < 0 || quantile > 1) {
          yield queryFinding(located, {
            check,
            level: 'error',
            reason: `The quantile ${quantile} is not between 0 and 1, so that the result is infinite.`,
            mend:
              quantile > 1 && quantile <= 100 ? `Write ${quantile / 100}.` : 'Write a number such as 0.95.',
            about: String(quantile),
            at,
          })
          continue
        }
        const named = namedIn(located)
        if (named === undefined || named.quantiles.some((each) => Math.abs(each - quantile) < 1e-9)) continue
        yield queryFinding(located, {
          check,
          level: 'error',
          reason: `It computes the quantile ${quantile}, and ${named.where} says ${JSON.stringify(named.text)}.`,
          mend: `Write ${named.quantiles.join(' or ')} in the query, or change ${named.where}.`,
          about: 'quantile',
          at,
        })
      }
    }
  },
}

function quantilesIn({ query }: ReadQuery): readonly { readonly quantile: number; readonly at: number }[] {
  const found: { quantile: number; at: number }[] = []
  walk(query.expression, (each) => {
    if (each.kind === 'call' && /^(histogram_quantile|quantile_over_time)$/.test(each.function.text)) {
      const [number] = each.arguments
      if (number?.kind === 'number') found.push({ quantile: number.value, at: number.from })
    } else if (
      each.kind === 'aggregation' &&
      each.operator.text === 'quantile' &&
      each.parameter?.kind === 'number'
    )
      found.push({ quantile: each.parameter.value, at: each.parameter.from })
    else if (each.kind === 'selector') {
      for (const { label, operator, value } of each.matchers) {
        if (label.text === 'quantile' && operator === '=' && !value.isVariable && /^[\d.]+$/.test(value.text))
          found.push({ quantile: Number(value.text), at: value.from })
      }
    }
  })
  return found
}

/** What the words nearest to a query say about its quantile. */
function namedIn({ from }: ReadQuery) {
  const places: (readonly [string, string | undefined])[] = []
  if (from.kind === 'panel') {
    places.push(['its legend', from.target.legend])
    // The title of a panel with several queries speaks of all of them.
    places.push(['the title of the panel', from.panel.title])
  } else if (from.kind === 'rule') {
    places.push(['the name of the rule', from.rule.name])
    places.push(['the summary', from.rule.annotations.get('summary')])
  }
  for (const [where, text] of places) {
    const quantiles = numbersNamed(text ?? '')
    if (text !== undefined && quantiles.length > 0) return { where, text, quantiles }
  }
  return undefined
}
