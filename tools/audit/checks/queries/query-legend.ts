import type { Expression } from '../../../promql/expression.ts'
import type { ParsedQuery } from '../../../promql/parse.ts'
import { resultLabels } from '../../../promql/result-labels.ts'
import { walk } from '../../../promql/walk.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { type PanelQuery, queryFinding, type ReadQuery, readQueriesOf, selections } from '../queries.ts'
import { isTargetLabel, labelKnowledge } from './label-knowledge.ts'
import { legendLabels } from './legend-labels.ts'
import { seriesOf } from './series-kind.ts'

const check = 'query-legend'

export const queryLegend: Check = {
  name: check,
  description:
    'Legends that leave out a label that tells series apart, or name another value than the query selects.',
  *run(inputs) {
    const { mayCarry } = labelKnowledge(inputs)
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      if (from.kind !== 'panel' || from.target.legend === undefined || from.target.isHidden) continue
      const { legend } = from.target
      if (legend === '__auto') continue
      const labels = resultLabels(query.expression, mayCarry)
      const named = legendLabels(legend)
      const missing = untold(
        located as ReadQuery & { readonly from: PanelQuery },
        [...(labels.all ?? ownLabels(query, inputs).filter((label) => labels.mayHave(label)))],
        named,
      )
      if (missing.length > 0)
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: `The result has one series for each ${missing.join(' and ')}, and the legend calls them all the same.`,
          mend: `Add ${missing.map((label) => `{{${label}}}`).join(' ')} to the legend.`,
          about: missing.join(),
        })
      const other = otherValue(query.expression, legend, inputs)
      if (other !== undefined)
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: `The legend says ${JSON.stringify(legend)}, and the query selects ${other.label}=${JSON.stringify(other.selected)}.`,
          mend: `Select ${other.label}=${JSON.stringify(other.named)}, or correct the legend.`,
          about: other.label,
        })
    }
  },
}

/** Labels that metrics have themselves, and of which more than one value is known. */
function ownLabels({ selectors }: ParsedQuery, { inventory }: AuditInputs): readonly string[] {
  return selectors.flatMap((selector) => {
    const { metric } = seriesOf(inventory, selector)
    if (metric === undefined || metric.mayHaveOtherLabels) return []
    return [...metric.labels].flatMap(([label, values]) =>
      (metric.seen?.get(label)?.size ?? values?.size ?? 0) > 1 ? [label] : [],
    )
  })
}

/** Labels that tell series apart and are not in the legend. */
function untold(
  { from, query }: ReadQuery & { readonly from: PanelQuery },
  all: readonly string[],
  named: readonly string[],
): readonly string[] {
  if (!/^(timeseries|graph|bargauge|piechart)$/.test(from.panel.type)) return []
  if (named.some((name) => name.includes('$'))) return []
  // A label that label_replace makes stands for the one that it is made from.
  if (named.some((name) => labelsMade(query.expression).has(name))) return []
  const isChosen = (value: string) =>
    from.dashboard.variables.some(
      ({ name, isMulti }) => !isMulti && value.replace(/^\((.*)\)$/, '$1').replace(/[${}]/g, '') === name,
    )
  const fixed = new Set<string>()
  for (const { matchers } of query.selectors)
    for (const { label, operator, value } of matchers) {
      if (operator === '=') fixed.add(label.text)
      if (operator !== '=~' || !value.text.includes('$') || !isChosen(value.text)) continue
      // One thing is looked at, and what is joined with it is of that one too.
      if (query.selectors.length > 1) return []
      fixed.add(label.text)
    }
  return all.filter(
    (label) =>
      !named.includes(label) &&
      label !== 'le' &&
      label !== '__name__' &&
      !isTargetLabel(label) &&
      !fixed.has(label),
  )
}

function labelsMade(expression: Expression): ReadonlySet<string> {
  const made = new Set<string>()
  walk(expression, (each) => {
    if (each.kind !== 'call' || !/^label_(replace|join)$/.test(each.function.text)) return
    const [, target] = each.arguments
    if (target?.kind === 'text') made.add(target.word.text)
  })
  return made
}

/** A legend that is, word for word, another value of the label that the query fixes. */
function otherValue(expression: Expression, legend: string, { inventory }: AuditInputs) {
  const word = plain(legend)
  for (const { selector } of selections(expression)) {
    const { metric } = seriesOf(inventory, selector)
    for (const { label, operator, value } of selector.matchers) {
      if (operator !== '=' || value.isVariable || plain(value.text) === word) continue
      const named = [...(metric?.labels.get(label.text) ?? [])].find((each) => plain(each) === word)
      if (named !== undefined) return { label: label.text, selected: value.text, named }
    }
  }
  return undefined
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim()
}
