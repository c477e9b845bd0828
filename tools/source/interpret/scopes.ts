import type { Module } from '../program.ts'
import type { Run } from './run.ts'
import { Scope, type Slot } from './values.ts'

/** The scope of a module. */
export function moduleScope(run: Run, module: Module): Scope {
  const known = run.scopes.get(module)
  if (known) return known
  // The files of a package share their names.
  const first = run.modules.together(module)[0]
  const shared = first && first !== module ? moduleScope(run, first) : undefined
  const scope = new Scope(module, shared)
  run.scopes.set(module, scope)
  return scope
}

/** The place of a name in a scope, made where there is none. */
export function declareSlot(run: Run, scope: Scope, name: string): Slot {
  const top = topScope(run, scope)
  const known = top.slots.get(name)
  if (known) return known
  const slot = run.newSlot(name)
  top.slots.set(name, slot)
  return slot
}

/** Blocks have names of their own, but in Python. */
export function innerScope(site: object, scope: Scope): Scope {
  if (scope.module.language === 'python') return scope
  const known = scope.inner.get(site)
  if (known) return known
  const inner = new Scope(scope.module, scope)
  scope.inner.set(site, inner)
  return inner
}

/** The place of a name that a module gives to others. */
export function exportSlot(run: Run, module: Module, name: string): Slot {
  const exports = run.exports.get(module) ?? new Map<string, Slot>()
  run.exports.set(module, exports)
  const slot = exports.get(name) ?? run.newSlot(name)
  exports.set(name, slot)
  return slot
}

/** Where top-level names of a module are kept. */
function topScope(run: Run, scope: Scope): Scope {
  return scope.parent &&
    scope.declared === undefined &&
    scope.module.language === 'go' &&
    run.scopes.get(scope.module) === scope
    ? scope.parent
    : scope
}
