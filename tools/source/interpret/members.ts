import { exported } from './imports.ts'
import type { Run } from './run.ts'
import { exportSlot } from './scopes.ts'
import { elementsOf, textsOf, union } from './value-sets.ts'
import { type ClassValue, noValues, type Slot, type Value, type Values } from './values.ts'

/** What a member of that name may be. */
export function memberOf(run: Run, of: Values, name: string): Values {
  if (of.size === 0) return noValues
  const found: Values[] = []
  for (const value of of) found.push(memberOfOne(run, value, name))
  return union(found)
}

/** A member of a class or of those that it extends. */
export function memberOfClass(
  run: Run,
  { declared, fields, scope }: ClassValue,
  name: string,
  self: Value,
  depth: number,
): Values {
  const own = fields.get(name)?.values
  const method = own && [...own].some(({ kind }) => kind === 'function')
  if (own && own.size > 0 && (method || depth > 0 || declared.bases.length === 0)) return own
  if (depth > 8) return noValues
  const inherited = declared.bases.map((base) => {
    const bases = run.evaluate(base, scope)
    return union(
      [...bases].map((value) =>
        value.kind === 'class'
          ? memberOfClass(run, value, name, self, depth + 1)
          : value.kind === 'instance'
            ? memberOfClass(run, value.of, name, self, depth + 1)
            : memberOfOne(run, value, name),
      ),
    )
  })
  return union([own ?? noValues, ...inherited])
}

/** What may stand at a position, or under a key. */
export function itemOf(of: Values, position: number | undefined, index: Values = noValues): Values {
  const found: Values[] = []
  const keys = textsOf(index)
  for (const value of of) {
    if (value.kind !== 'object') {
      if (value.kind === 'metric' || value.kind === 'function') found.push(new Set([value]))
      continue
    }
    const item = position === undefined ? undefined : value.items?.[position]
    if (item) found.push(item)
    else if (keys.length > 0 && keys.some((key) => value.fields.has(key)))
      found.push(...keys.map((key) => value.fields.get(key)?.values ?? noValues))
    else found.push(elementsOf(new Set([value])))
  }
  return union(found)
}

/** The place of a field, for writing to it; undefined for what has none. */
export function fieldOf(run: Run, of: Value, name: string): Slot | undefined {
  if (of.kind === 'module') return exportSlot(run, of.module, name)
  const owner = of.kind === 'instance' ? of.of : of
  if (owner.kind !== 'class' && owner.kind !== 'object') return undefined
  const known = owner.fields.get(name)
  if (known) return known
  const slot = run.newSlot(name)
  owner.fields.set(name, slot)
  return slot
}

function memberOfOne(run: Run, value: Value, name: string): Values {
  switch (value.kind) {
    case 'object': {
      const field = value.fields.get(name)?.values ?? noValues
      return value.rest.values.size === 0 ? field : union([field, memberOfRest(value.rest.values)])
    }
    case 'instance':
    case 'class':
      return memberOfClass(run, value.kind === 'class' ? value : value.of, name, value, 0)
    case 'module':
      return exported(run, value.module, name)
    case 'external':
      return run.interned.external(`${value.path}.${name}`)
    case 'metric':
      return new Set([run.interned.method(value, name)])
    default:
      return noValues
  }
}

function memberOfRest(values: Values): Values {
  const found = [...values].filter(({ kind }) => kind === 'metric' || kind === 'function')
  return found.length > 0 ? new Set(found) : noValues
}
