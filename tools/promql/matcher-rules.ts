import type { Matcher, Selector } from './expression.ts'
import { compilePattern } from './pattern.ts'
import { ProblemFound } from './problem.ts'

/** @throws {ProblemFound} where Prometheus refuses a selector: a broken pattern, or one that would select everything. */
export function checkMatchers({ name, matchers, hasUnknownMatchers, from }: Selector): void {
  for (const { operator, value } of matchers) {
    if (operator.endsWith('~') && !value.isVariable && compilePattern(value.text) === 'invalid')
      throw new ProblemFound({
        at: value.from,
        reason: `${JSON.stringify(value.text)} is not a regular expression that Prometheus knows`,
        mend: 'Correct it; lookahead, lookbehind and backreferences do not exist there.',
      })
  }
  if (name === undefined && !hasUnknownMatchers && matchers.every(acceptsNothing))
    throw new ProblemFound({
      at: from,
      reason: 'a selector would select every series there is',
      mend: 'Name the metric, or match a label with a value that is not empty.',
    })
}

/** Whether series without the label match as well. */
function acceptsNothing({ operator, value }: Matcher): boolean {
  if (value.isVariable) return false
  if (operator === '=') return value.text === ''
  if (operator === '!=') return value.text !== ''
  const pattern = compilePattern(value.text)
  if (typeof pattern === 'string') return false
  return pattern.test('') === (operator === '=~')
}
