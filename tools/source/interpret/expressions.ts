import type { Expression } from '../program.ts'
import { assign } from './assign.ts'
import { evaluateCall } from './call.ts'
import { createCallSite } from './call-site.ts'
import { classValue } from './classes.ts'
import { functionValue } from './functions.ts'
import { longestText } from './interned.ts'
import { itemOf, memberOf } from './members.ts'
import { guess, lookUp } from './names.ts'
import { evaluateList, evaluateObject } from './objects.ts'
import type { Run } from './run.ts'
import { innerScope } from './scopes.ts'
import { truthOf } from './truth.ts'
import { elementsOf, textsOf, union } from './value-sets.ts'
import { noValues, type Scope, type Value, type Values } from './values.ts'

/** Looks at each expression once a round: libraries ask for arguments again, and those may be calls of calls. */
export function evaluate(run: Run, expression: Expression, scope: Scope): Values {
  if (!repeated.has(expression.kind)) return evaluateAnew(run, expression, scope)
  const known = scope.results.get(expression)
  if (known?.round === run.round) return known.values
  const result = { round: run.round, values: known?.values ?? noValues }
  scope.results.set(expression, result)
  result.values = evaluateAnew(run, expression, scope)
  return result.values
}

function evaluateAnew(run: Run, expression: Expression, scope: Scope): Values {
  switch (expression.kind) {
    case 'string':
      return run.interned.string(expression.value)
    case 'boolean':
      return new Set([expression.value ? yes : no])
    case 'number':
      return noValues
    case 'join':
      return evaluateJoin(run, expression.parts, scope)
    case 'name':
      return lookUp(run, expression.name, scope)
    case 'get': {
      const values = memberOf(run, run.evaluate(expression.of, scope), expression.name)
      return values.size > 0 ? values : guess(run, expression.name)
    }
    case 'at': {
      const of = run.evaluate(expression.of, scope)
      const index = expression.index && run.evaluate(expression.index, scope)
      const position = expression.index?.kind === 'number' ? expression.index.value : undefined
      return itemOf(of, position, index)
    }
    case 'call':
      return evaluateCall(run, expression, scope)
    case 'object':
      return evaluateObject(run, expression, scope)
    case 'list':
      return evaluateList(run, expression, scope)
    case 'spread':
      return elementsOf(run.evaluate(expression.value, scope))
    case 'function':
      return new Set([functionValue(run, expression.declared, scope, undefined)])
    case 'class':
      return new Set([classValue(run, expression.declared, scope)])
    case 'assign': {
      const values = run.evaluate(expression.value, scope)
      assign(run, expression.target, values, scope)
      return values
    }
    case 'any':
      return oneOf(
        run,
        expression.of.map((part) => run.evaluate(part, scope)),
      )
    case 'choice':
      return evaluateChoice(run, expression, scope)
    case 'opaque':
      for (const part of expression.parts) run.evaluate(part, scope)
      return noValues
    case 'typed':
      return evaluateTyped(run, expression, scope)
    case 'body':
      return run.statements(expression.body, innerScope(expression, scope))
  }
}

/** What one of the parts may be, which may be more than is known where one of them is not known. */
function oneOf(run: Run, parts: readonly Values[]): Values {
  return parts.every(({ size }) => size > 0) ? union(parts) : run.interned.opened(union(parts))
}

function evaluateChoice(run: Run, expression: Extract<Expression, { kind: 'choice' }>, scope: Scope): Values {
  const truth = truthOf(run, expression.test, scope)
  const wasDead = run.isDead
  run.isDead = wasDead || truth === false
  const whenTrue = run.evaluate(expression.whenTrue, scope)
  run.isDead = wasDead || truth === true
  const otherwise = run.evaluate(expression.otherwise, scope)
  run.isDead = wasDead
  return oneOf(run, [whenTrue, otherwise])
}

function evaluateJoin(run: Run, parts: readonly Expression[], scope: Scope): Values {
  let texts: string[] | undefined = ['']
  for (const part of parts) {
    const values = run.evaluate(part, scope)
    const own = part.kind === 'number' ? [String(part.value)] : textsOf(values)
    if (own.length === 0 || texts === undefined || texts.length * own.length > mostTexts) texts = undefined
    else texts = texts.flatMap((start) => own.map((end) => (start + end).slice(0, longestText)))
  }
  return texts ? union(texts.map((text) => run.interned.string(text))) : noValues
}

function evaluateTyped(run: Run, expression: Extract<Expression, { kind: 'typed' }>, scope: Scope): Values {
  const values = run.evaluate(expression.value, scope)
  for (const library of run.libraries) {
    const result = library.typed?.(
      expression.type,
      createCallSite({ run, expression: expression.value, args: [], named: [], scope }),
    )
    if (result) return result
  }
  return values
}

/** Looked at once a round; the others cost less than remembering them. */
const repeated: ReadonlySet<Expression['kind']> = new Set([
  'call',
  'list',
  'object',
  'typed',
  'body',
  'any',
  'choice',
  'join',
])

const mostTexts = 40

const yes: Value = { kind: 'boolean', value: true }
const no: Value = { kind: 'boolean', value: false }
