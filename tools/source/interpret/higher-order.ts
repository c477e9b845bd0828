import type { FunctionDeclaration } from '../program.ts'

/**
 * Whether a function calls what it is given. What it returns then belongs to the one call: mixed with that of others,
 * each metric would be recorded wherever one of them is.
 */
export function isHigherOrder(declared: FunctionDeclaration): boolean {
  const known = answers.get(declared)
  if (known !== undefined) return known
  const parameters = new Set(
    declared.parameters.flatMap(({ target }) => (target.kind === 'name' ? [target.name] : [])),
  )
  const answer = parameters.size > 0 && callsOneOf(parameters, declared.body)
  answers.set(declared, answer)
  return answer
}

const answers = new WeakMap<FunctionDeclaration, boolean>()

/** Looks at every part of the program text, whatever its kind. */
function callsOneOf(names: ReadonlySet<string>, body: object): boolean {
  const open: unknown[] = [body]
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null) continue
    const { kind, callee } = part as { kind?: unknown; callee?: { kind?: unknown; name?: unknown } }
    if (kind === 'call' && callee?.kind === 'name' && names.has(String(callee.name))) return true
    for (const inner of Object.values(part)) if (typeof inner === 'object') open.push(inner)
  }
  return false
}
