import type { Statement } from '../program.ts'
import { declareTarget } from './assign.ts'
import { addMethod, classValue } from './classes.ts'
import { functionValue } from './functions.ts'
import { rememberImport } from './imports.ts'
import { lookUp } from './names.ts'
import type { Run } from './run.ts'
import { declareSlot, exportSlot, innerScope } from './scopes.ts'
import { truthOf } from './truth.ts'
import { elementsOf, instancesOf, union } from './value-sets.ts'
import { noValues, type Scope, type Values } from './values.ts'

/** Goes through statements, and yields the value of the last one. What stands after a `return` is dead. */
export function runStatements(run: Run, body: readonly Statement[], scope: Scope): Values {
  const before = run.isDead
  let last: Values = noValues
  for (const statement of body) {
    const isHoisted = statement.kind === 'function' || statement.kind === 'class'
    const isDead: boolean = run.isDead
    if (isHoisted) run.isDead = before
    last = runStatement(run, statement, scope)
    if (isHoisted) run.isDead = isDead
    if (statement.kind === 'return' || statement.kind === 'leave') run.isDead = true
  }
  run.isDead = before
  return last
}

function runStatement(run: Run, statement: Statement, scope: Scope): Values {
  switch (statement.kind) {
    case 'let': {
      const type = statement.type && instancesOf(run.evaluate(statement.type, scope))
      const value = statement.value ? run.evaluate(statement.value, scope) : noValues
      declareTarget(run, statement.target, value, scope, statement.isConstant)
      if (type) declareTarget(run, statement.target, type, scope, false)
      return noValues
    }
    case 'do':
      return run.evaluate(statement.value, scope)
    case 'return': {
      const values = statement.value ? run.evaluate(statement.value, scope) : noValues
      const { around } = scope
      around.returns ??= run.newSlot('')
      around.returns.add(values)
      return noValues
    }
    case 'leave':
      if (statement.value) run.evaluate(statement.value, scope)
      return noValues
    case 'if': {
      const truth = truthOf(run, statement.test, scope)
      const then = runBranch(run, statement.whenTrue, scope, truth === false)
      const otherwise = runBranch(run, statement.otherwise, scope, truth === true)
      return union([then, otherwise])
    }
    case 'block': {
      const wasTest = run.isTest
      run.isTest ||= statement.isTest === true
      const values = runStatements(run, statement.body, innerScope(statement, scope))
      run.isTest = wasTest
      return values
    }
    case 'each': {
      const inner = innerScope(statement, scope)
      declareTarget(run, statement.target, elementsOf(run.evaluate(statement.of, scope)), inner, false)
      return runStatements(run, statement.body, inner)
    }
    case 'function': {
      const { declared } = statement
      const value = functionValue(run, declared, scope, undefined)
      if (declared.name) declareSlot(run, scope, declared.name).add(new Set([value]))
      return noValues
    }
    case 'class': {
      const value = classValue(run, statement.declared, scope)
      declareSlot(run, scope, statement.declared.name).add(new Set([value]))
      return noValues
    }
    case 'method': {
      const types = lookUp(run, statement.type, scope)
      for (const type of types) if (type.kind === 'class') addMethod(run, type, statement.declared, scope)
      if (types.size === 0) functionValue(run, statement.declared, scope, undefined)
      return noValues
    }
    case 'import':
      rememberImport(run, statement, scope)
      return noValues
    case 'export': {
      const values = run.evaluate(statement.value, scope)
      exportSlot(run, scope.module, statement.name).add(values)
      return noValues
    }
  }
}

function runBranch(run: Run, body: readonly Statement[], scope: Scope, isDead: boolean): Values {
  const before = run.isDead
  run.isDead ||= isDead
  const values = runStatements(run, body, innerScope(body, scope))
  run.isDead = before
  return values
}
