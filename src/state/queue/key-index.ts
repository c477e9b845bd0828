import type { DatabaseSync, StatementSync } from 'node:sqlite'

/**
 * Finds jobs by the hash of their key. The newest entries are in memory alone, and read from the jobs themselves at
 * the start; once there are many, they move to the table in the order of their hashes, some with each change.
 * What writes must run inside a transaction, then `settle` or, when that was rolled back, `reset`.
 */
export class KeyIndex {
  readonly #select: StatementSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #saveLast: StatementSync
  readonly #atOnce: number
  #recent = new Entries()
  #last: number
  #moving: Moving | undefined
  /** What a transaction that is not committed yet has changed. */
  #added: Entry[] = []
  #deleted: Entry[] = []
  #moved: number | undefined

  /** @param inMemory how many of the newest entries are kept in memory before they move. */
  constructor(sqlite: DatabaseSync, inMemory = 100_000) {
    const prepare = (sql: string) => {
      const statement = sqlite.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#atOnce = inMemory
    this.#select = prepare('SELECT job FROM queue_key WHERE hash = ?')
    this.#insert = prepare('INSERT OR IGNORE INTO queue_key VALUES (?, ?)')
    this.#delete = prepare('DELETE FROM queue_key WHERE hash = ? AND job = ?')
    this.#saveLast = prepare("UPDATE queue_state SET value = ? WHERE key = 'last_key'")
    const [last] = prepare("SELECT value FROM queue_state WHERE key = 'last_key'").get() as unknown as [
      number,
    ]
    this.#last = last
    const rest = prepare('SELECT queue, key, id FROM queue_job WHERE id > ? ORDER BY id').iterate(last)
    for (const row of rest as Iterable<unknown> as Iterable<[number, string, number]>) {
      this.#recent.add(hashOf(row[0], row[1]), row[2])
      this.#last = row[2]
    }
  }

  /** The jobs that may have this key; those of other keys with the same hash are among them. */
  candidates(hash: number): readonly number[] {
    const recent = this.#recent.get(hash)
    const moving = this.#moving === undefined ? none : this.#moving.entries.get(hash)
    const rows = this.#select.all(hash) as unknown as [number][]
    if (recent.length + moving.length + rows.length === 0) return none
    return [...recent, ...moving, ...rows.map(([job]) => job)]
  }

  add(hash: number, job: number): void {
    this.#recent.add(hash, job)
    this.#added.push([hash, job])
  }

  delete(hash: number, job: number): void {
    if (!this.#recent.has(hash, job)) this.#delete.run(hash, job)
    this.#deleted.push([hash, job])
  }

  /** Moves up to `limit` entries to the table, if there are enough of them, before the transaction changes any. */
  move(limit: number): void {
    if (this.#moved !== undefined || this.#added.length > 0 || this.#deleted.length > 0) return
    this.#moving ??= this.#begin()
    if (this.#moving === undefined) return
    const { entries, hashes, done, last } = this.#moving
    const until = Math.min(done + limit, hashes.length)
    for (let at = done; at < until; at++) {
      const hash = hashes[at] as number
      for (const job of entries.get(hash)) this.#insert.run(hash, job)
    }
    if (until === hashes.length) this.#saveLast.run(last)
    this.#moved = until
  }

  settle(): void {
    this.#last = this.#added.at(-1)?.[1] ?? this.#last
    for (const [hash, job] of this.#deleted) {
      if (!this.#recent.delete(hash, job)) this.#moving?.entries.delete(hash, job)
    }
    if (this.#moving !== undefined && this.#moved !== undefined) {
      this.#moving.done = this.#moved
      if (this.#moved === this.#moving.hashes.length) this.#moving = undefined
    }
    this.#forget()
  }

  reset(): void {
    for (const [hash, job] of this.#added) this.#recent.delete(hash, job)
    this.#forget()
  }

  #forget(): void {
    this.#added = []
    this.#deleted = []
    this.#moved = undefined
  }

  #begin(): Moving | undefined {
    if (this.#recent.size < this.#atOnce) return undefined
    const entries = this.#recent
    this.#recent = new Entries()
    return { entries, hashes: entries.hashes(), done: 0, last: this.#last }
  }
}

/** 53 bits of a key (cyrb53), evenly spread. Two keys may have the same, so that what is found has to be compared. */
export function hashOf(queue: number, key: string): number {
  let a = 0xdeadbeef ^ queue
  let b = 0x41c6ce57 ^ queue
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return (b >>> 0) * 2 ** 21 + (a >>> 11)
}

type Entry = readonly [hash: number, job: number]

interface Moving {
  readonly entries: Entries
  /** In ascending order, so that neighbours in the table are written together. */
  readonly hashes: Float64Array
  done: number
  /** No job up to this number has its entry in `#recent`. */
  readonly last: number
}

/** Hashes with their jobs, nearly always one. */
class Entries {
  readonly #jobs = new Map<number, number | readonly number[]>()

  get size(): number {
    return this.#jobs.size
  }

  add(hash: number, job: number): void {
    const known = this.#jobs.get(hash)
    this.#jobs.set(hash, known === undefined ? job : [...this.get(hash), job])
  }

  get(hash: number): readonly number[] {
    const known = this.#jobs.get(hash)
    return known === undefined ? none : typeof known === 'number' ? [known] : known
  }

  has(hash: number, job: number): boolean {
    return this.get(hash).includes(job)
  }

  /** @returns whether it was there. */
  delete(hash: number, job: number): boolean {
    const known = this.get(hash)
    if (!known.includes(job)) return false
    const rest = known.filter((one) => one !== job)
    if (rest.length === 0) this.#jobs.delete(hash)
    else this.#jobs.set(hash, rest)
    return true
  }

  hashes(): Float64Array {
    return Float64Array.from(this.#jobs.keys()).sort()
  }
}

const none: readonly number[] = []
