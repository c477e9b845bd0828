import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'query-twice'

export const queryTwice: Check = {
  name: check,
  description: 'Two queries of one panel that ask the same; one of them was probably meant to differ.',
  *run(inputs) {
    const seen = new Map<object, Map<string, string>>()
    for (const located of readQueriesOf(inputs)) {
      const { from, text } = located
      if (from.kind !== 'panel' || from.target.isHidden) continue
      const ofPanel = seen.get(from.panel) ?? new Map<string, string>()
      seen.set(from.panel, ofPanel)
      const key = `${text.replaceAll(/\s+/g, '')} ${from.target.isInstant}`
      const before = ofPanel.get(key)
      if (before === undefined) ofPanel.set(key, from.target.refId ?? '')
      else
        yield queryFinding(located, {
          check,
          level: 'warning',
          reason: `It asks the same as query ${before}.`,
          mend: 'Remove it, or correct what was copied.',
          about: from.target.refId ?? 'query',
        })
    }
  },
}
