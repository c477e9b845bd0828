import { LRUCache } from 'lru-cache'
import type { Cache, CacheTotals, Change, Load, Lookup } from './cache.ts'
import { Readings } from './readings.ts'

export interface MemoryCacheOptions<Value> {
  /** What a value takes, in bytes, estimated. */
  readonly sizeOf: (value: Value) => number
  /** The most that keys and values take, in bytes. @default 64 MiB */
  readonly maxBytes?: number
  /** How long an entry is kept at most, in ms. @default 600_000 */
  readonly ttlMs?: number
  /** A clock that is never set, in ms. @default performance.now */
  readonly elapsed?: () => number
}

/** A cache in the memory of this process, which alone changes what is looked up. */
export class MemoryCache<Value extends NonNullable<unknown> | null> implements Cache<Value> {
  readonly #entries: LRUCache<string, Entry<Value>>
  readonly #keysByOwner = new Map<string, Set<string>>()
  readonly #readings = new Readings()
  #evictions = 0

  constructor({
    sizeOf,
    maxBytes = 64 * 1024 * 1024,
    ttlMs = 600_000,
    elapsed = () => performance.now(),
  }: MemoryCacheOptions<Value>) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ owner, value }, key) =>
        Math.ceil(entryBytes + 2 * (key.length + owner.length) + sizeOf(value)),
      ttl: ttlMs,
      perf: { now: elapsed },
      ttlResolution: 0,
      dispose: ({ owner }, key, reason) => {
        if (reason === 'evict') this.#evictions++
        if (reason !== 'set') this.#disown(owner, key)
      },
    })
  }

  async get(lookups: readonly Lookup[], load: Load<Value>): Promise<readonly (Value | undefined)[]> {
    const values = lookups.map(({ key }) => this.#entries.get(key)?.value)
    const missing = lookups.filter((_, at) => values[at] === undefined)
    if (missing.length === 0) return values
    const reading = this.#readings.begin(missing.map(({ owner }) => owner))
    try {
      const loaded = await load(missing)
      for (const [at, { key, owner }] of missing.entries()) {
        const value = loaded[at]
        if (value !== undefined && reading.isCurrent(owner)) this.#keep(key, owner, value)
      }
      let next = 0
      return values.map((value) => (value === undefined ? loaded[next++] : value))
    } finally {
      reading.end()
    }
  }

  async change<Result>(
    changes: readonly Change[] | 'everything',
    work: () => Promise<Result>,
  ): Promise<Result> {
    const end = this.#readings.bar(ownersOf(changes))
    try {
      this.#forget(changes)
      return await work()
    } finally {
      end()
    }
  }

  async drop(changes: readonly Change[] | 'everything'): Promise<void> {
    await this.change(changes, async () => {})
  }

  async totals(): Promise<CacheTotals> {
    const { size: entries, calculatedSize: sizeBytes } = this.#entries
    return { entries, sizeBytes, evictions: this.#evictions }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#entries.clear()
  }

  #keep(key: string, owner: string, value: Value): void {
    this.#entries.set(key, { owner, value })
    // What is larger than the whole cache is not kept, nor what it would have replaced.
    if (!this.#entries.has(key)) {
      this.#disown(owner, key)
      return
    }
    const keys = this.#keysByOwner.get(owner)
    if (keys === undefined) this.#keysByOwner.set(owner, new Set([key]))
    else keys.add(key)
  }

  #forget(changes: readonly Change[] | 'everything'): void {
    if (changes === 'everything') {
      this.#entries.clear()
      return
    }
    for (const { owner, keys = [...(this.#keysByOwner.get(owner) ?? [])] } of changes) {
      for (const key of keys) this.#entries.delete(key)
    }
  }

  #disown(owner: string, key: string): void {
    const keys = this.#keysByOwner.get(owner)
    if (keys?.delete(key) && keys.size === 0) this.#keysByOwner.delete(owner)
  }
}

interface Entry<Value> {
  readonly owner: string
  readonly value: Value
}

/** What an entry takes besides its key, its owner and its value, about. */
const entryBytes = 200

function ownersOf(changes: readonly Change[] | 'everything'): readonly string[] | 'everyone' {
  return changes === 'everything' ? 'everyone' : changes.map(({ owner }) => owner)
}
