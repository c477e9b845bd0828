import type { Expression } from '../program.ts'
import { construct } from './classes.ts'
import { invokeFunction } from './functions.ts'
import type { Run } from './run.ts'
import { elementsOf, union } from './value-sets.ts'
import type { Scope, Value, Values } from './values.ts'

/** Calls what the values hold of functions, and makes what they hold of classes. */
export function invoke(
  run: Run,
  functions: Values,
  args: readonly Values[],
  site: Expression,
  scope: Scope,
  self?: Value,
): Values {
  const results: Values[] = []
  for (const value of functions) {
    if (value.kind === 'function') results.push(invokeFunction(run, value, args, site, scope, self))
    else if (value.kind === 'class') results.push(construct(run, value, args, site, scope))
  }
  return union(results)
}

/** A call that nothing is known of: what goes in may come out, and functions that go in may be called with it. */
export function passThrough(
  run: Run,
  receivers: Values,
  {
    args,
    expression,
    scope,
  }: { readonly args: readonly Values[]; readonly expression: Expression; readonly scope: Scope },
): Values {
  const inputs = union([receivers, elementsOf(receivers)])
  const results: Values[] = [passing(run, receivers), ...args.map((values) => passing(run, values))]
  for (const values of args) {
    for (const value of values) {
      if (value.kind === 'function')
        results.push(invokeFunction(run, value, [inputs, inputs, inputs], expression, scope))
    }
  }
  return union(results)
}

/** Texts do not come out of a call as they went in; of the rest, only what a metric can be reached from matters. */
function passing(run: Run, values: Values): Values {
  const kept = [...values].filter((value) => run.carrying.has(value))
  return kept.length === values.size ? values : new Set(kept)
}
