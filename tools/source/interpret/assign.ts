import type { Expression } from '../program.ts'
import { fieldOf, itemOf, memberOf } from './members.ts'
import { pathOf } from './path.ts'
import type { Run } from './run.ts'
import { declareSlot, exportSlot } from './scopes.ts'
import type { Scope, Values } from './values.ts'

/** Gives a name that is declared here its first values; a constant may be `true` or `false`, too. */
export function declareTarget(
  run: Run,
  target: Expression,
  values: Values,
  scope: Scope,
  isConstant: boolean,
): void {
  if (target.kind !== 'name') {
    assign(run, target, values, scope, true)
    return
  }
  const slot = declareSlot(run, scope, target.name)
  slot.writers.add(target)
  slot.add(values, isConstant && slot.writers.size === 1)
}

/** Adds the values to what the target names: a variable, a field, or the parts of a pattern. */
export function assign(run: Run, target: Expression, values: Values, scope: Scope, declares = false): void {
  switch (target.kind) {
    case 'name': {
      const slot = declares
        ? declareSlot(run, scope, target.name)
        : (scope.find(target.name) ?? declareSlot(run, scope.around, target.name))
      slot.writers.add(target)
      slot.add(
        values,
        scope.module.language === 'python' && slot.writers.size === 1 && /^[A-Z_0-9]+$/.test(target.name),
      )
      if (slot.writers.size > 1)
        for (const value of slot.values) if (value.kind === 'boolean') slot.values.delete(value)
      return
    }
    case 'get': {
      if (scope.module.language === 'javascript' && assignExports(run, target, values, scope)) return
      for (const of of run.evaluate(target.of, scope)) fieldOf(run, of, target.name)?.add(values)
      return
    }
    case 'at':
      for (const of of run.evaluate(target.of, scope)) if (of.kind === 'object') of.rest.add(values)
      return
    case 'object':
      for (const { key, value } of target.fields)
        assign(run, value, key === undefined ? values : memberOf(run, values, key), scope, declares)
      return
    case 'list':
      target.items.forEach((item, index) => {
        assign(run, item, itemOf(values, index), scope, declares)
      })
      return
    case 'spread':
      assign(run, target.value, values, scope, declares)
      return
    case 'any':
      for (const part of target.of) assign(run, part, values, scope, declares)
      return
    case 'opaque':
      for (const part of target.parts) assign(run, part, values, scope, declares)
  }
}

/** `module.exports = …`, `exports.name = …` and `module.exports.name = …`. */
function assignExports(
  run: Run,
  target: Extract<Expression, { kind: 'get' }>,
  values: Values,
  scope: Scope,
): boolean {
  const path = pathOf(target)
  if (path === 'module.exports') {
    exportSlot(run, scope.module, 'module.exports').add(values)
    return true
  }
  const name = /^(?:module\.)?exports\.(.+)$/.exec(path ?? '')?.[1]
  if (name === undefined) return false
  exportSlot(run, scope.module, name).add(values)
  return true
}
