import type { Expression, Selector, Word } from '../../../promql/expression.ts'
import { resultLabels } from '../../../promql/result-labels.ts'
import { walk } from '../../../promql/walk.ts'
import type { Check } from '../../check.ts'
import type { Finding, Level } from '../../finding.ts'
import { someOf } from '../../some-of.ts'
import { createSuggest } from '../../suggest.ts'
import { queryFinding, type ReadQuery, readQueriesOf } from '../queries.ts'
import { type LabelKnowledge, labelKnowledge, targetLabels } from './label-knowledge.ts'

const check = 'query-unknown-label'

export const queryUnknownLabel: Check = {
  name: check,
  description: 'Labels in matchers, by, without, on and ignoring that the series do not have.',
  *run(inputs) {
    const knowledge = labelKnowledge(inputs)
    const suggest = createSuggest()
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      for (const fault of faultsOf(query.expression, knowledge)) yield report(located, fault)
      const [selector] = query.selectors
      if (from.kind === 'variable' && from.label !== undefined && selector !== undefined) {
        const label = { text: from.label, isVariable: false, from: 0, to: 0 }
        if (!knowledge.mayCarry(selector, label.text))
          yield report(
            located,
            { label, of: query.expression, effect: 'offers no values', level: 'error' },
            knowledge,
          )
      }
    }

    function report(
      located: ReadQuery,
      { label, of, effect, level }: LabelFault,
      known = knowledge,
    ): Finding {
      const selectors = selectorsIn(of)
      const own = selectors.flatMap((selector) => known.ownLabels(selector))
      const names = [...new Set(selectors.map(({ name }) => name?.text ?? 'the metric'))].join(', ')
      // The series had it, and what is around them has left it out.
      if (selectors.some((selector) => known.mayCarry(selector, label.text)))
        return queryFinding(located, {
          check,
          level,
          reason: `What is made of ${names} has no label ${label.text} any more, so that this ${effect}.`,
          mend: `Keep ${label.text} in the aggregation below: by (${label.text}).`,
          about: label.text,
          at: label.from,
        })
      const meant = suggest(label.text, [...own, ...targetLabels])
      const has = own.length === 0 ? '' : ` It has ${someOf(new Set(own))}.`
      return queryFinding(located, {
        check,
        level,
        reason: `${names} has no label ${label.text} here, so that this ${effect}.${has}`,
        mend: meant === undefined ? `Remove ${label.text}, or use a label that exists.` : `Write ${meant}.`,
        about: label.text,
        at: label.from,
      })
    }
  },
}

interface LabelFault {
  readonly label: Word
  /** What lacks the label. */
  readonly of: Expression
  readonly effect: string
  readonly level: Level
}

function faultsOf(top: Expression, { mayCarry }: LabelKnowledge): readonly LabelFault[] {
  const faults: LabelFault[] = []
  const labelsOf = (inner: Expression) => resultLabels(inner, mayCarry)
  const lacking = (inner: Expression, words: readonly Word[]) => {
    if (words.length === 0) return []
    const labels = labelsOf(inner)
    return words.filter(({ text, isVariable }) => !isVariable && !labels.mayHave(text))
  }
  walk(top, (each, around) => {
    if (each.kind === 'selector') {
      for (const { label, operator, value } of each.matchers) {
        if (label.isVariable || label.text === '__name__' || mayCarry(each, label.text)) continue
        const isHarmless = operator.startsWith('!') || (operator === '=' && value.text === '')
        faults.push({
          label,
          of: each,
          effect: isHarmless ? 'rules nothing out' : 'finds nothing',
          level: isHarmless ? 'warning' : 'error',
        })
      }
    } else if (each.kind === 'aggregation' && each.grouping !== undefined) {
      const { kind, labels } = each.grouping
      for (const label of lacking(each.expression, labels)) {
        // What is not a histogram below histogram_quantile is reported as that.
        if (label.text === 'le' && around.some(isOfHistograms)) continue
        const isBy = kind === 'by'
        faults.push({
          label,
          of: each.expression,
          effect: isBy ? 'adds up what it means to keep apart' : 'leaves out nothing',
          level: isBy ? 'error' : 'warning',
        })
      }
    } else if (each.kind === 'binary' && each.matching !== undefined) {
      const { kind, labels, include, group } = each.matching
      for (const side of [each.left, each.right]) {
        const isOn = kind === 'on'
        for (const label of lacking(
          side,
          isOn
            ? labels
            : labels.filter(
                (one) => lacking(each.left, [one]).length > 0 && lacking(each.right, [one]).length > 0,
              ),
        ))
          faults.push({
            label,
            of: side,
            effect: isOn ? 'matches nothing by it' : 'ignores nothing',
            level: isOn ? 'error' : 'warning',
          })
      }
      for (const label of lacking(group === 'left' ? each.right : each.left, include))
        faults.push({
          label,
          of: group === 'left' ? each.right : each.left,
          effect: 'takes over nothing',
          level: 'warning',
        })
    } else if (each.kind === 'call' && /^label_(replace|join)$/.test(each.function.text)) {
      const [vector, ...texts] = each.arguments
      const sources = each.function.text === 'label_replace' ? texts.slice(2, 3) : texts.slice(2)
      const words = sources.flatMap((source) =>
        source.kind === 'text' && source.word.text !== '' ? [source.word] : [],
      )
      if (vector !== undefined)
        for (const label of lacking(vector, words))
          faults.push({ label, of: vector, effect: 'takes it from nothing', level: 'warning' })
    }
  })
  return faults.filter(
    ({ label }, index) => faults.findIndex((other) => other.label.from === label.from) === index,
  )
}

function isOfHistograms(each: Expression): boolean {
  return each.kind === 'call' && each.function.text.startsWith('histogram_')
}

function selectorsIn(of: Expression): readonly Selector[] {
  const found: Selector[] = []
  walk(of, (each) => {
    if (each.kind === 'selector') found.push(each)
  })
  return found
}
