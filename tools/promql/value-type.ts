import {
  type Aggregation,
  type Binary,
  type Call,
  comparisons,
  type Expression,
  setOperators,
} from './expression.ts'
import { aggregations, functions, type ValueType } from './functions.ts'
import { ProblemFound } from './problem.ts'

/**
 * Works out what an expression yields.
 *
 * @throws {ProblemFound} where Prometheus would refuse it, such as `rate(x)` without a range.
 */
export function checkType(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar'
    case 'text':
      return 'text'
    case 'variable':
      return 'unknown'
    case 'selector':
      return expression.range === undefined ? 'vector' : 'range'
    case 'subquery':
      expect(expression.expression, ['vector'], 'a subquery')
      return 'range'
    case 'unary': {
      const type = checkType(expression.expression)
      if (type === 'range' || type === 'text')
        throw wrongType(expression.expression, type, ['vector', 'scalar'], `the sign ${expression.operator}`)
      return type
    }
    case 'aggregation':
      return checkAggregation(expression)
    case 'call':
      return checkCall(expression)
    case 'binary':
      return checkBinary(expression)
  }
}

function checkAggregation({ operator, parameter, expression }: Aggregation): ValueType {
  if (operator.isVariable) {
    // It may be a function as well: `$function(x[5m])`.
    checkType(expression)
    return 'unknown'
  }
  const taken = aggregations.get(operator.text)
  if (taken === undefined && parameter !== undefined)
    throw problem(parameter.from, `${operator.text} takes one argument, the vector`, 'Remove the other one.')
  if (taken !== undefined && parameter === undefined)
    throw problem(
      expression.from,
      `${operator.text} takes two arguments`,
      `Put ${words[taken]} before the vector: ${operator.text}(${taken === 'text' ? '"label"' : 5}, …).`,
    )
  if (taken !== undefined && parameter !== undefined) expect(parameter, [taken], operator.text)
  expect(expression, ['vector'], operator.text)
  return 'vector'
}

function checkCall({ function: name, arguments: args, from }: Call): ValueType {
  const signature = name.isVariable ? undefined : functions.get(name.text)
  if (signature === undefined) {
    for (const argument of args) checkType(argument)
    return 'unknown'
  }
  const { arguments: taken, atLeast, isOpen, result } = signature
  if (args.length < atLeast || (!isOpen && args.length > taken.length)) {
    const count =
      atLeast === taken.length && !isOpen
        ? atLeast
        : `${atLeast}${isOpen ? ' or more' : ` to ${taken.length}`}`
    throw problem(
      from,
      `${name.text} takes ${count} argument${count === 1 ? '' : 's'} and has ${args.length}`,
      `Give ${name.text} ${taken.map((type) => words[type]).join(', ') || 'no argument'}.`,
    )
  }
  args.forEach((argument, index) => {
    const type = taken[index] ?? taken.at(-1)
    if (type !== undefined) expect(argument, [type], name.text)
  })
  return result
}

function checkBinary({ operator, isBool, matching, left, right }: Binary): ValueType {
  const types = [left, right].map((side) =>
    expect(side, ['vector', 'scalar'], `the operator ${operator.text}`),
  )
  if (operator.isVariable) return 'unknown'
  const isComparison = comparisons.has(operator.text)
  if (isBool && !isComparison)
    throw problem(operator.from, 'bool stands after an operator that compares nothing', 'Remove bool.')
  if (matching?.kind === 'on') {
    const twice = matching.include.find(({ text }) => matching.labels.some((label) => label.text === text))
    if (twice !== undefined)
      throw problem(
        twice.from,
        `the label ${twice.text} stands in on and in group_${matching.group}`,
        'Remove it from one of them.',
      )
  }
  if (types.includes('unknown')) return types.includes('vector') ? 'vector' : 'unknown'
  if (types.includes('scalar')) {
    if (setOperators.has(operator.text))
      throw problem(
        operator.from,
        `${operator.text} stands beside a number`,
        'Compare series with series: and, or and unless take vectors on both sides.',
      )
    if (matching !== undefined)
      throw problem(
        matching.from,
        `${matching.kind} stands beside a number`,
        `Remove ${matching.kind} (…): a number has no labels.`,
      )
    if (types[0] === types[1]) {
      if (isComparison && !isBool)
        throw problem(
          operator.from,
          'two numbers are compared',
          `Write ${operator.text} bool, or compare a metric.`,
        )
      return 'scalar'
    }
  }
  if (setOperators.has(operator.text) && matching?.group !== undefined)
    throw problem(
      matching.from,
      `group_${matching.group} stands after ${operator.text}`,
      `Remove group_${matching.group}.`,
    )
  return 'vector'
}

function expect(expression: Expression, wanted: readonly ValueType[], by: string): ValueType {
  const type = checkType(expression)
  if (type === 'unknown' || wanted.includes(type)) return type
  throw wrongType(expression, type, wanted, by)
}

function wrongType(
  expression: Expression,
  type: ValueType,
  wanted: readonly ValueType[],
  by: string,
): ProblemFound {
  const reason = `${by} takes ${wanted.map((each) => words[each]).join(' or ')}, and here stands ${words[type]}`
  return problem(expression.from, reason, mends[`${wanted[0]} ${type}`] ?? 'Correct what stands there.')
}

function problem(at: number, reason: string, mend: string): ProblemFound {
  return new ProblemFound({ at, reason, mend })
}

const words: Readonly<Record<ValueType, string>> = {
  vector: 'a vector',
  range: 'a vector with a range',
  scalar: 'a number',
  text: 'a text',
  unknown: 'something',
}

const mends: Readonly<Record<string, string>> = {
  'range vector':
    'Write a range after the metric, such as [5m]; after anything else a subquery, such as [5m:].',
  'vector range': 'Remove the range in brackets, or put a function such as rate around it.',
  'vector scalar': 'Put a metric there, or vector(…) around the number.',
  'scalar vector': 'Put a number there, or scalar(…) around the vector.',
}
