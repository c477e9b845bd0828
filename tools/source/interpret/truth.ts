import type { Expression } from '../program.ts'
import type { Run } from './run.ts'
import type { Scope } from './values.ts'

/** Whether a condition always holds or never does; undefined for all that may change. */
export function truthOf(run: Run, test: Expression, scope: Scope): boolean | undefined {
  const [value, ...others] = run.evaluate(test, scope)
  if (test.kind === 'boolean') return test.value
  return value?.kind === 'boolean' && others.length === 0 ? value.value : undefined
}
