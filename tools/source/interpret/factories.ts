import type { Run } from './run.ts'
import type { Scope } from './values.ts'

/** Asks for functions to be looked at again for each of their calls, because a name depends on what they are given. */
export function specialise(run: Run, scope: Scope): 'later' | 'done' {
  for (let at: Scope | undefined = scope.around; at; at = (at.caller ?? at.parent)?.around) {
    const { declared } = at
    if (declared === undefined) {
      if (at.parent === undefined) return 'done'
      continue
    }
    if (at.caller !== undefined) continue
    if (run.factories.has(declared)) {
      if (run.called.has(declared)) return 'later'
      if (declared.parameters.length > 0) continue
    }
    if (run.factories.has(declared) || declared.parameters.length === 0) continue
    run.factories.add(declared)
    run.hasChanged = true
    return 'later'
  }
  return 'done'
}
