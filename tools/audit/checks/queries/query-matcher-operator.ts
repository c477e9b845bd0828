import { isPlain } from '../../../promql/pattern.ts'
import type { Check } from '../../check.ts'
import { queryFinding, readQueriesOf } from '../queries.ts'

const check = 'query-matcher-operator'

export const queryMatcherOperator: Check = {
  name: check,
  description: 'Patterns compared as plain text with =, and plain text or several values as patterns.',
  *run(inputs) {
    for (const located of readQueriesOf(inputs)) {
      for (const { matchers } of located.query.selectors) {
        for (const { label, operator, value, from } of matchers) {
          const isPattern = operator.endsWith('~')
          const report = (level: 'error' | 'info', reason: string, mend: string) =>
            queryFinding(located, {
              check,
              level,
              reason,
              mend,
              about: `${label.text}${operator}${value.text}`,
              at: from,
            })
          if (value.isVariable) {
            const variable = variableIn(located, value.text)
            if (!isPattern && variable !== undefined && (variable.isMulti || variable.includesAll))
              yield report(
                'error',
                `$${variable.name} may stand for several values, which ${label.text}${operator} compares as one text.`,
                `Write ${label.text}${operator === '=' ? '=~' : '!~'}${JSON.stringify(value.text)}.`,
              )
          } else if (!isPattern && looksLikePattern(value.text))
            yield report(
              'error',
              `${label.text}${operator}${JSON.stringify(value.text)} compares with this very text, not with a pattern.`,
              `Write ${label.text}${operator === '=' ? '=~' : '!~'}.`,
            )
          else if (isPattern && isPlain(value.text) && value.text !== '')
            yield report(
              'info',
              `${JSON.stringify(value.text)} is plain text and needs no pattern.`,
              `Write ${label.text}${operator === '=~' ? '=' : '!='}.`,
            )
        }
      }
    }
  },
}

function looksLikePattern(value: string): boolean {
  return /\.[*+]|\w\|\w|^\d\.\.$|^\^|\$$|\[[^\]]+\][*+]/.test(value)
}

/** The variable that a value is, when it is nothing else. */
function variableIn({ from }: Parameters<typeof queryFinding>[0], text: string) {
  if (from.kind === 'rule') return undefined
  const name = /^(?:\$(\w+)|\$\{(\w+)\}|\[\[(\w+)\]\])$/
    .exec(text)
    ?.slice(1)
    .find((each) => each !== undefined)
  return from.dashboard.variables.find((variable) => variable.name === name)
}
