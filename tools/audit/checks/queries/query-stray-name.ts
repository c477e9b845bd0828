import type { AuditInputs, Check } from '../../check.ts'
import { createSuggest } from '../../suggest.ts'
import { queryFinding, type ReadQuery, readQueriesOf } from '../queries.ts'
import { targetLabels } from './label-knowledge.ts'

const check = 'query-stray-name'

export const queryStrayName: Check = {
  name: check,
  description: 'Labels and values that stand once, one letter away from what all other queries write.',
  *run(inputs) {
    const suggest = createSuggest()
    const occurrences = occurrencesIn(inputs)
    for (const { key, text, located, at, others } of occurrences.once) {
      const meant = suggest(text, others)
      if (
        meant === undefined ||
        (occurrences.counts.get(`${key} ${meant}`) ?? 0) < 3 ||
        /\d/.test(text + meant) ||
        text.length < 4
      )
        continue
      yield queryFinding(located, {
        check,
        level: 'warning',
        reason: `${key} ${JSON.stringify(text)} stands here alone, while other queries write ${JSON.stringify(meant)}.`,
        mend: `Write ${meant}, if that is what is meant.`,
        about: text,
        at,
      })
    }
  },
}

interface Occurrence {
  readonly key: string
  readonly text: string
  readonly located: ReadQuery
  readonly at: number
}

/** Counts values of the labels that targets have, and labels that nothing else knows. */
function occurrencesIn(inputs: AuditInputs) {
  const all: Occurrence[] = []
  for (const located of readQueriesOf(inputs)) {
    for (const { matchers } of located.query.selectors) {
      for (const { label, operator, value } of matchers) {
        if (label.isVariable) continue
        all.push({ key: 'The label', text: label.text, located, at: label.from })
        if (targetLabels.has(label.text) && operator === '=' && !value.isVariable && value.text !== '')
          all.push({ key: `The ${label.text}`, text: value.text, located, at: value.from })
      }
    }
  }
  const counts = new Map<string, number>()
  const texts = new Map<string, Set<string>>()
  for (const { key, text } of all) {
    counts.set(`${key} ${text}`, (counts.get(`${key} ${text}`) ?? 0) + 1)
    texts.set(key, (texts.get(key) ?? new Set()).add(text))
  }
  const known = new Set([...inputs.inventory.metrics.values()].flatMap(({ labels }) => [...labels.keys()]))
  const once = all
    .filter(
      ({ key, text }) => counts.get(`${key} ${text}`) === 1 && !targetLabels.has(text) && !known.has(text),
    )
    .map((one) => ({ ...one, others: [...(texts.get(one.key) ?? [])].filter((text) => text !== one.text) }))
  return { once, counts }
}
