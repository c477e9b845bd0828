import { z } from 'zod'

export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * Writes schemas as JSON Schema 2020-12, which OpenAPI 3.1 speaks. Those that have an `id` become components, and are
 * referred to.
 */
export class JsonSchemas {
  readonly #components = new Map<string, JsonSchema>()

  /** What has become a component so far, by its name. */
  get components(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#components].sort(([one], [other]) => (one < other ? -1 : 1)))
  }

  /** @param io `input` for what is taken, where what has a default may be left out; `output` for what is answered. */
  write(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io }) as Record<string, unknown>
    for (const [name, definition] of Object.entries($defs as Record<string, unknown>))
      this.#components.set(name, tidied(definition) as JsonSchema)
    return tidied(own) as JsonSchema
  }
}

/** Leads references to the components, and leaves out what says nothing. */
function tidied(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(tidied)
  if (typeof node !== 'object' || node === null) return node
  const kept = Object.entries(node).filter(
    ([key, value]) => key !== 'id' || typeof value !== 'string' || !('type' in node),
  )
  return Object.fromEntries(
    kept.flatMap(([key, value]) => {
      if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) return []
      if (key === '$ref') return [[key, String(value).replace('#/$defs/', '#/components/schemas/')]]
      return [[key, tidied(value)]]
    }),
  )
}
