import type { Selector } from '../../../promql/expression.ts'
import { resultLabels } from '../../../promql/result-labels.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { isTargetLabel, labelKnowledge } from '../queries/label-knowledge.ts'
import { seriesOf } from '../queries/series-kind.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'rule-record-level'

export const ruleRecordLevel: Check = {
  name: check,
  description:
    'Recording rules whose name says a level, instance:…, that the labels of the result do not have.',
  *run(inputs) {
    const { mayCarry } = labelKnowledge(inputs)
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      if (from.kind !== 'rule' || from.rule.kind !== 'record') continue
      const [level = '', ...rest] = from.rule.name.split(':')
      const result = resultLabels(query.expression, mayCarry)
      if (rest.length === 0) continue
      const has = (label: string) => result.mayHave(label) || from.rule.labels.has(label)
      const said = level.split('_')
      const lost = said.filter((label) => isTargetLabel(label) && !has(label))
      const unsaid = result.all
        ? []
        : kinds(query.selectors, inputs).filter((label) => has(label) && !level.includes(label))
      if (!said.some(isTargetLabel) || lost.length + unsaid.length === 0) continue
      yield queryFinding(located, {
        check,
        level: 'warning',
        reason:
          lost.length > 0
            ? `Its name says that there is a series for each ${lost.join(' and ')}, which the result does not keep apart.`
            : `Its name says ${level}, and the result has a series for each ${unsaid.join(' and ')} as well.`,
        mend:
          lost.length > 0
            ? `Keep ${lost.join(', ')} by by (…), or call it otherwise.`
            : `Write sum by (${said.join(', ')}), or put ${unsaid.join(', ')} into the name.`,
        about: 'level',
      })
    }
  },
}

/** Labels of the metrics themselves of which several values are known. */
function kinds(selectors: readonly Selector[], { inventory }: AuditInputs): readonly string[] {
  const labels = selectors.flatMap((selector) => {
    const { metric } = seriesOf(inventory, selector)
    return [...(metric?.labels ?? [])].flatMap(([label, values]) =>
      (metric?.seen?.get(label)?.size ?? values?.size ?? 0) > 1 ? [label] : [],
    )
  })
  return [...new Set(labels)]
}
