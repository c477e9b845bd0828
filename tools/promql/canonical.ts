import type { Duration, Expression, Grouping, Matching, Selector, Word } from './expression.ts'

/**
 * Writes an expression in one way only: queries that mean the same but for white space, parentheses, the order of labels
 * and matchers, and the writing of numbers and durations become the same text.
 */
export function canonicalText(expression: Expression): string {
  return canonicalWith(expression, canonicalText)
}

/** The same of an expression alone, with `operand` deciding what stands for each expression inside of it. */
export function canonicalWith(of: Expression, operand: (inner: Expression) => string): string {
  switch (of.kind) {
    case 'selector':
      return selectorText(of)
    case 'subquery':
      return `(${operand(of.expression)})[${durationText(of.range)}:${durationText(of.step)}]${shiftText(of)}`
    case 'call':
      return `${of.function.text}(${of.arguments.map(operand).join(', ')})`
    case 'aggregation': {
      const operands = [of.parameter, of.expression].filter((each) => each !== undefined)
      return `${of.operator.text.toLowerCase()}${groupingText(of.grouping)}(${operands.map(operand).join(', ')})`
    }
    case 'binary':
      return `(${operand(of.left)} ${operatorText(of)} ${operand(of.right)})`
    case 'unary':
      return `${of.operator}${operand(of.expression)}`
    case 'number':
      return String(of.value)
    case 'text':
      return JSON.stringify(of.word.text)
    case 'variable':
      return `$${of.name}`
  }
}

/** An operator with what decides how it matches series: `> bool`, `/ on (job)`. */
export function operatorText(of: Extract<Expression, { kind: 'binary' }>): string {
  const { operator, isBool, isFilled, matching } = of
  return `${operator.text}${isBool ? ' bool' : ''}${matchingText(matching)}${isFilled ? ' fill' : ''}`
}

function selectorText(of: Selector): string {
  const matchers = of.matchers
    .map(({ label, operator, value }) => `${label.text}${operator}${JSON.stringify(value.text)}`)
    .sort()
  if (of.hasUnknownMatchers) matchers.push('…')
  const braces = matchers.length > 0 || of.name === undefined ? `{${matchers.join(', ')}}` : ''
  return `${of.name?.text ?? ''}${braces}${of.range ? `[${durationText(of.range)}]` : ''}${shiftText(of)}`
}

function shiftText({ offset, isPinned }: Pick<Selector, 'offset' | 'isPinned'>): string {
  return `${offset?.ms === 0 || offset === undefined ? '' : ` offset ${durationText(offset)}`}${isPinned ? ' @' : ''}`
}

function durationText(of: Duration | undefined): string {
  if (of === undefined) return ''
  if (of.ms === undefined) return of.variables.map((name) => `$${name}`).join(' ')
  for (const [unit, ms] of units) if (of.ms % ms === 0) return `${of.ms / ms}${unit}`
  return `${of.ms}ms`
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** To group by nothing is not to group; to group without nothing keeps all labels. */
function groupingText(of: Grouping | undefined): string {
  if (of === undefined || (of.kind === 'by' && of.labels.length === 0)) return ''
  return ` ${of.kind} ${listText(of.labels)} `
}

function matchingText(of: Matching | undefined): string {
  if (of === undefined) return ''
  const group = of.group === undefined ? '' : ` group_${of.group} ${listText(of.include)}`
  return ` ${of.kind} ${listText(of.labels)}${group}`
}

function listText(words: readonly Word[]): string {
  return `(${words
    .map(({ text }) => text)
    .sort()
    .join(', ')})`
}
