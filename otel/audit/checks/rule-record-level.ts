import { resultLabels } from '../../promql/result-labels.ts'
import type { Check } from '../planes.ts'
import { isTargetLabel, labelKnowledge } from './label-knowledge.ts'
import { queryFinding, readQueriesOf } from './queries.ts'

const check = 'rule-record-level'

export const ruleRecordLevel: Check = {
  name: check,
  description:
    'Recording rules whose name says a level, instance:…, that the labels of the result do not have.',
  *run(planes) {
    const { mayCarry } = labelKnowledge(planes)
    for (const located of readQueriesOf(planes)) {
      const { from, query } = located
      if (from.kind !== 'rule' || from.rule.kind !== 'record') continue
      const [level = '', ...rest] = from.rule.name.split(':')
      const { all } = resultLabels(query.expression, mayCarry)
      if (rest.length === 0 || all === undefined) continue
      const labels = [...all, ...from.rule.labels.keys()]
      const lost = levelLabels(level).filter((label) => isTargetLabel(label) && !labels.includes(label))
      if (lost.length === 0) continue
      const kept = labels.length === 0 ? 'no labels' : `the labels ${labels.join(', ')}`
      yield queryFinding(located, {
        check,
        level: 'warning',
        reason: `Its name says that there is a series for each ${lost.join(' and ')}; the result has ${kept}.`,
        mend: `Keep ${lost.join(', ')} by by (…), or call it otherwise.`,
        about: 'level',
      })
    }
  },
}

/** `instance_path` names two labels, or one; which cannot be told, so that only whole words are looked at. */
function levelLabels(level: string): readonly string[] {
  return level.split('_')
}
