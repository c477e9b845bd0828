import { resultLabels } from '../../../promql/result-labels.ts'
import type { AuditInputs, Check } from '../../check.ts'
import { someOf } from '../../some-of.ts'
import { createSuggest } from '../../suggest.ts'
import { isOversight } from '../oversight.ts'
import { labelKnowledge } from '../queries/label-knowledge.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'
import { rulesOf } from './rule-listing.ts'

const check = 'rule-template'

export const ruleTemplate: Check = {
  name: check,
  description:
    'Templates in labels and annotations that are broken, or name a label that the result does not have.',
  *run(inputs) {
    const { mayCarry } = labelKnowledge(inputs)
    const suggest = createSuggest()
    const isRawOdd = isOversight(formattedIn(inputs))
    for (const located of readQueriesOf(inputs)) {
      const { from, query } = located
      if (from.kind !== 'rule') continue
      const labels = resultLabels(query.expression, mayCarry)
      for (const [key, text] of [...from.rule.annotations, ...from.rule.labels]) {
        const broken = brokenTemplate(text)
        if (broken !== undefined) {
          yield queryFinding(located, { check, level: 'error', ...broken, about: key })
          continue
        }
        if (isRawOdd && rawValue.test(text))
          yield queryFinding(located, {
            check,
            level: 'warning',
            reason: `${key} writes the value with all its digits, which nearly all others round.`,
            mend: 'Write {{ $value | humanize }}, humanizePercentage or humanizeDuration.',
            about: `${key}/value`,
          })
        for (const label of labelsNamed(text)) {
          if (labels.mayHave(label) || from.rule.labels.has(label)) continue
          const known = [...(labels.all ?? [])]
          const meant = suggest(label, known)
          yield queryFinding(located, {
            check,
            level: 'error',
            reason: `${key} names the label ${label}, which the result does not have: the place stays empty.${known.length > 0 ? ` It has ${someOf(known)}.` : ''}`,
            mend:
              meant === undefined
                ? `Keep ${label} in the query by by (${label}), or take it out of the text.`
                : `Write ${meant}.`,
            about: `${key}/${label}`,
          })
        }
      }
    }
  },
}

const rawValue = /\{\{-?\s*\$value\s*-?\}\}/

/** How many annotations give the value a form, and how many do not. */
function formattedIn(inputs: AuditInputs): { readonly lacking: number; readonly having: number } {
  const texts = [...rulesOf(inputs, 'alert')].flatMap(({ rule }) => [...rule.annotations.values()])
  const speaking = texts.filter((text) => text.includes('$value'))
  const lacking = speaking.filter((text) => rawValue.test(text)).length
  return { lacking, having: speaking.length - lacking }
}

/** Labels that a template refers to: `{{ $labels.job }}`, `{{ index $labels "job" }}`. */
function labelsNamed(text: string): readonly string[] {
  // Inside of range and with, labels are those of another query.
  if (/\{\{-?\s*(range|with)\b/.test(text)) return []
  const found = new Set<string>()
  for (const [action] of text.matchAll(/\{\{.*?\}\}/gs)) {
    for (const [, label = ''] of action.matchAll(/\$labels\.(\w+)/g)) found.add(label)
    for (const [, label = ''] of action.matchAll(/index\s+\$labels\s+"([^"]+)"/g)) found.add(label)
  }
  return [...found]
}

function brokenTemplate(text: string): { readonly reason: string; readonly mend: string } | undefined {
  const rest = text.replaceAll(/\{\{.*?\}\}/gs, '')
  if (rest.includes('{{') || rest.includes('}}'))
    return {
      reason: `The template ${JSON.stringify(text.slice(0, 80))} is not closed: Prometheus refuses the rule.`,
      mend: 'Write {{ and }} in pairs.',
    }
  for (const [action] of text.matchAll(/\{\{.*?\}\}/gs)) {
    if (/[{}]/.test(action.slice(2, -2).replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '')))
      return {
        reason: `The template ${action.slice(0, 60)} has a brace too few: Prometheus refuses the rule.`,
        mend: 'Write {{ and }} in pairs.',
      }
    const odd = [...action.matchAll(/\$([a-zA-Z_]\w*)/g)].find(([, name = '']) => !known.test(name))
    if (
      odd !== undefined &&
      !text.includes(`${odd[0]} :=`) &&
      !text.includes(`${odd[0]}, `) &&
      !/range|with/.test(text)
    )
      return {
        reason: `The template ${action} names ${odd[0]}, which does not exist.`,
        mend: 'Use $labels, $value, $externalLabels or $externalURL.',
      }
  }
  return undefined
}

const known = /^(labels|value|externalLabels|externalURL)$/
