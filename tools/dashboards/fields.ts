import type { JsonNode } from './json-text.ts'

/** A place in a dashboard's JSON: the node there, and the keys and indices that lead to it. */
export interface Field {
  readonly node: JsonNode | undefined
  readonly path: readonly (string | number)[]
}

/** The member of that name; a field without a node when there is none. */
export function field(of: Field, ...keys: readonly string[]): Field {
  let node = of.node
  for (const key of keys) node = node?.members?.get(key)
  return { node, path: [...of.path, ...keys] }
}

/** The elements of an array; none of anything else. */
export function items(of: Field): readonly Field[] {
  return of.node?.items?.map((node, index) => ({ node, path: [...of.path, index] })) ?? []
}

/** The members of an object with their keys. */
export function members(of: Field): readonly (readonly [string, Field])[] {
  return [...(of.node?.members ?? [])].map(([key, node]) => [key, { node, path: [...of.path, key] }])
}

/** The text there, unless it is missing or empty. */
export function textOf(of: Field): string | undefined {
  const value = of.node?.value
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function numberOf(of: Field): number | undefined {
  const value = of.node?.value
  return typeof value === 'number' ? value : undefined
}

export function isTrue(of: Field): boolean {
  return of.node?.value === true
}
