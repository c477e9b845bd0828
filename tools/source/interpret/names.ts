import type { Module } from '../program.ts'
import { imported } from './imports.ts'
import type { Run } from './run.ts'
import { noValues, type Scope, type Values } from './values.ts'

/** What a name stands for: in the blocks around, then among imports, then wherever the language looks. */
export function lookUp(run: Run, name: string, scope: Scope): Values {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const slot = at.slots.get(name)
    if (slot && slot.values.size > 0) return slot.values
    if (run.scopes.get(at.module) === at) {
      const values = imported(run, at.module, name)
      if (values) return values
    }
    if (slot) return guess(run, name)
  }
  const found = lookUpEverywhere(run, name, scope.module)
  if (found) return found
  return guess(run, name)
}

/** Metrics that a variable or field of that name holds elsewhere, once nothing better is to be expected. */
export function guess(run: Run, name: string): Values {
  if (!run.isGuessing || name.length < 3) return noValues
  return new Set([...(run.guesses.get(name) ?? [])].map((metric) => run.interned.guessed(metric)))
}

/** In Rust an item is known by its name within the crate, whatever the path to it is called here. */
function lookUpEverywhere(run: Run, name: string, module: Module): Values | undefined {
  if (module.language === 'rust') {
    const classes = run.classes.get(name)
    if (classes) return new Set(classes)
    return /^(prometheus|metrics)$/.test(name) ? run.interned.external(name) : undefined
  }
  return undefined
}
