import type { Expression } from '../program.ts'
import type { Run } from './run.ts'
import { union } from './value-sets.ts'
import { noValues, type Scope, type Values } from './values.ts'

/** `require` of JavaScript: a module, and the function or class that it may export as a whole. */
export function evaluateRequire(
  run: Run,
  { args }: Extract<Expression, { kind: 'call' }>,
  { module }: Scope,
): Values {
  const from = args[0]?.kind === 'string' ? args[0].value : ''
  const targets = run.modules.resolve(module, from)
  if (targets.length === 0) return run.interned.external(from)
  return union(
    targets.map((target) => {
      const whole = run.exports.get(target)?.get('module.exports')?.values ?? noValues
      const functions = [...whole].filter(({ kind }) => kind !== 'object')
      return new Set([run.interned.module(target), ...functions])
    }),
  )
}
