import { noValues, type Value, type Values } from './values.ts'

/** All values of several sets. */
export function union(sets: readonly Values[]): Values {
  const filled = sets.filter(({ size }) => size > 0)
  if (filled.length <= 1) return filled[0] ?? noValues
  const all = new Set<Value>()
  for (const values of filled) for (const value of values) all.add(value)
  return all
}

/** The texts among the values. */
export function textsOf(values: Values): string[] {
  const texts = new Set<string>()
  for (const value of values) if (value.kind === 'string') texts.add(value.value)
  return [...texts]
}

/** The one text that it is; undefined where it may be another. */
export function literalOf(values: Values): string | undefined {
  const texts = textsOf(values)
  const isOpen = [...values].some((value) => value.kind === 'string' && value.isOpen)
  return texts.length === 1 && !isOpen ? texts[0] : undefined
}

/** Values of the types that are named. */
export function instancesOf(types: Values): Values {
  const instances = new Set<Value>()
  for (const type of types) if (type.kind === 'class') instances.add(type.instance)
  return instances
}

/** What a list or object may hold, whatever the index. */
export function elementsOf(of: Values): Values {
  const found: Values[] = []
  for (const value of of) {
    if (value.kind === 'object') {
      found.push(value.rest.values, ...[...value.fields.values()].map(({ values }) => values))
    } else if (value.kind === 'metric' || value.kind === 'function') found.push(new Set([value]))
  }
  return union(found)
}
