import type { Attributes, AttributeValue } from '@opentelemetry/api'
import type { MetricDefinition, OpenAttribute } from '../catalog/metric.ts'

/** Stands for every value that is not declared. */
export const otherValue = '_OTHER'

export type UndeclaredReason = 'undeclared_attribute' | 'undeclared_value'

/**
 * Keeps one entry for each combination of attribute values, found without hashing the attributes.
 * What the definition does not declare never makes a new combination.
 */
export class CombinationMap<Entry> {
  readonly #keys: readonly string[]
  readonly #declared: readonly (ReadonlySet<string> | undefined)[]
  readonly #create: (attributes: Attributes) => Entry
  readonly #onUndeclared: (reason: UndeclaredReason) => void
  readonly #root: Level<Entry> = new Map()
  #room: number

  constructor(
    definition: MetricDefinition,
    create: (attributes: Attributes) => Entry,
    onUndeclared: (reason: UndeclaredReason) => void,
  ) {
    // Those with few values first: every value but the last attribute's has a map of its own.
    const attributes = Object.entries(definition.attributes ?? {}).sort(
      ([, a], [, b]) => sizeOf(a) - sizeOf(b),
    )
    this.#keys = attributes.map(([key]) => key)
    this.#declared = attributes.map(([, values]) => ('limit' in values ? undefined : new Set(values)))
    this.#create = create
    this.#onUndeclared = onUndeclared
    this.#room = combinations(definition)
  }

  /** Finds the entry, or makes it; an undeclared attribute is left off, an undeclared value is `_OTHER`. */
  get(attributes: Attributes): Entry {
    const keys = this.#keys
    let level = this.#root
    let found: Level<Entry> | Entry | undefined = level
    for (let i = 0; i < keys.length; i++) {
      found = level.get(attributes[keys[i] as string])
      if (found === undefined) break
      level = found as Level<Entry>
    }
    let count = 0
    for (const _ in attributes) count++
    return found !== undefined && count === keys.length ? (found as Entry) : this.#add(attributes)
  }

  /** Takes the long way: checks everything, and keeps the entry while there is room. */
  #add(attributes: Attributes): Entry {
    for (const key of Object.keys(attributes)) {
      if (!this.#keys.includes(key)) this.#onUndeclared('undeclared_attribute')
    }
    const values = this.#keys.map((key, i) => this.#value(attributes[key], this.#declared[i]))
    const checked = Object.freeze(Object.fromEntries(this.#keys.map((key, i) => [key, values[i]])))
    let level = this.#root
    for (const value of values.slice(0, -1)) {
      const next = (level.get(value) as Level<Entry> | undefined) ?? new Map()
      if (this.#room > 0) level.set(value, next)
      level = next
    }
    const kept = level.get(values.at(-1)) as Entry | undefined
    if (kept !== undefined) return kept
    const entry = this.#create(checked)
    if (this.#room > 0) {
      level.set(values.at(-1), entry)
      this.#room--
    }
    return entry
  }

  #value(value: AttributeValue | undefined, declared: ReadonlySet<string> | undefined): AttributeValue {
    if (declared === undefined && ['string', 'number', 'boolean'].includes(typeof value))
      return value as string
    if (declared?.has(value as string)) return value as string
    if (declared === undefined || !declared.has(otherValue)) this.#onUndeclared('undeclared_value')
    return otherValue
  }
}

/** Every combination of declared values; undefined where an attribute is open. */
export function closedCombinations(definition: MetricDefinition): readonly Attributes[] | undefined {
  let all: Attributes[] = [{}]
  for (const [key, values] of Object.entries(definition.attributes ?? {})) {
    if ('limit' in values) return undefined
    all = all.flatMap((some) => values.map((value) => ({ ...some, [key]: value })))
  }
  return all
}

/** How many combinations there can be, `_OTHER` included, with a ceiling for metrics of several open attributes. */
function combinations(definition: MetricDefinition): number {
  const sizes = Object.values(definition.attributes ?? {}).map((values) => sizeOf(values) + 1)
  return Math.min(
    10_000,
    sizes.reduce((product, size) => product * size, 1),
  )
}

function sizeOf(values: readonly string[] | OpenAttribute): number {
  return 'limit' in values ? values.limit : values.length
}

type Level<Entry> = Map<AttributeValue | undefined, Level<Entry> | Entry>
