import type { Inputs } from '../../../inputs/inputs.ts'
import { isMatch } from '../../../inputs/is-match.ts'
import type { Inventory } from '../../../metrics/inventory.ts'
import type { Matcher, Selector } from '../../../promql/expression.ts'
import { compilePattern } from '../../../promql/pattern.ts'
import type { Check } from '../../check.ts'
import { someOf } from '../../some-of.ts'
import { createSuggest } from '../../suggest.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-unknown-value'

export const queryUnknownValue: Check = {
  name: check,
  description: 'Values in matchers that the label never has, and patterns that match none of its values.',
  *run(inputs) {
    const suggest = createSuggest()
    for (const located of readQueriesOf(inputs)) {
      for (const selector of located.query.selectors) {
        for (const matcher of selector.matchers) {
          const values = valuesOf(inputs.inventory, selector, matcher)
          const odd = values === undefined ? undefined : neverMatches(matcher, values, inputs)
          if (values === undefined || odd === undefined) continue
          const isNegative = matcher.operator.startsWith('!')
          const label = matcher.label.text
          const meant = suggest(odd, values)
          yield queryFinding(located, {
            check,
            level: isNegative ? 'warning' : 'error',
            reason:
              `${label} of ${selector.name?.text ?? 'the metric'} is never ${JSON.stringify(odd)}, so that ` +
              `${matcher.operator}${JSON.stringify(matcher.value.text)} ${isNegative ? 'rules nothing out' : odd === matcher.value.text ? 'finds nothing' : 'finds less than it says'}. ` +
              listed(values),
            mend:
              meant === undefined
                ? `Write a value that it has, or make the service record ${JSON.stringify(odd)}.`
                : `Write ${meant}.`,
            about: `${label}=${odd}`,
            at: matcher.value.from,
          })
        }
      }
    }
  },
}

function listed(values: ReadonlySet<string>): string {
  const [first] = values
  if (values.size === 1) return `It is always ${JSON.stringify(first)}.`
  return `It is one of ${someOf(values)}.`
}

/** All values of the label, if they are known. */
function valuesOf(
  inventory: Inventory,
  selector: Selector,
  { label, value }: Matcher,
): ReadonlySet<string> | undefined {
  if (label.isVariable || value.isVariable) return undefined
  const { metric, kind } = seriesOf(inventory, selector)
  if (metric === undefined) return undefined
  if (label.text === 'le' && kind === 'bucket') {
    const bounds = metric.seen?.get('le')
    // The same bound may be written 1 and 1.0.
    return bounds === undefined
      ? undefined
      : new Set([...bounds].flatMap((bound) => [bound, asNumber(bound), asFloat(bound)]))
  }
  return metric.labels.get(label.text)
}

/** The value, or part of a pattern, that matches none of the values. */
function neverMatches(
  { operator, value }: Matcher,
  values: ReadonlySet<string>,
  inputs: Pick<Inputs, 'inventory'>,
): string | undefined {
  if (!operator.endsWith('~')) return value.text === '' || values.has(value.text) ? undefined : value.text
  // Each alternative of a|b|c has to match something, or it is misspelt.
  const alternatives = /^[\w|.:/-]+$/.test(value.text) ? value.text.split('|') : [value.text]
  return alternatives.find((alternative) => {
    const pattern = compilePattern(alternative)
    if (typeof pattern === 'string' || pattern.test('')) return false
    return ![...values].some((each) => isMatch(pattern, each, inputs))
  })
}

function asNumber(bound: string): string {
  return bound === '+Inf' ? bound : String(Number(bound))
}

function asFloat(bound: string): string {
  const plain = asNumber(bound)
  return /^\d+$/.test(plain) ? `${plain}.0` : plain
}
