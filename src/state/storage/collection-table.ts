import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type CollectionKind, collectionKind, collectionKinds } from '../../model/collection.ts'
import type { Nsid } from '../../model/nsid.ts'

/** The collections and how many records each has. What writes must run inside a transaction. */
export class CollectionTable {
  readonly #select: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #ids = new Map<Nsid, number>()
  readonly #rows = new Map<number, { readonly nsid: Nsid; records: number }>()
  readonly #changed = new Set<number>()
  #totals: CollectionTotals

  constructor(sqlite: DatabaseSync) {
    this.#select = sqlite.prepare('SELECT id, nsid, records FROM collection')
    this.#insert = sqlite.prepare('INSERT INTO collection (nsid, records) VALUES (?, 0)')
    this.#update = sqlite.prepare('UPDATE collection SET records = ? WHERE id = ?')
    this.#totals = this.#load()
  }

  get totals(): CollectionTotals {
    return { ...this.#totals, recordsByKind: { ...this.#totals.recordsByKind } }
  }

  find(nsid: Nsid): number | undefined {
    return this.#ids.get(nsid)
  }

  /** The number of a collection, which gets one now if it is new. */
  idOf(nsid: Nsid): number {
    const known = this.#ids.get(nsid)
    if (known !== undefined) return known
    const id = Number(this.#insert.run(nsid).lastInsertRowid)
    this.#ids.set(nsid, id)
    this.#rows.set(id, { nsid, records: 0 })
    return id
  }

  nsidOf(id: number): Nsid {
    return this.#rows.get(id)?.nsid ?? ''
  }

  /** Those that have records. */
  list(): readonly { readonly id: number; readonly nsid: Nsid }[] {
    return [...this.#rows].filter(([, { records }]) => records > 0).map(([id, { nsid }]) => ({ id, nsid }))
  }

  /** Counts records that were added or removed; `flush` saves the count. */
  count(id: number, records: number): void {
    const row = this.#rows.get(id)
    if (row === undefined) return
    const before = row.records
    row.records += records
    this.#totals.records += records
    this.#totals.recordsByKind[collectionKind(row.nsid)] += records
    this.#totals.collections += Number(row.records > 0) - Number(before > 0)
    this.#changed.add(id)
  }

  /** Saves the counts, before the transaction that changed them is committed. */
  flush(): void {
    for (const id of this.#changed) this.#update.run(this.#rows.get(id)?.records ?? 0, id)
    this.#changed.clear()
  }

  /** Reloads what a transaction that was rolled back has left wrong in memory. */
  reset(): void {
    this.#changed.clear()
    this.#totals = this.#load()
  }

  #load(): CollectionTotals {
    this.#ids.clear()
    this.#rows.clear()
    const recordsByKind = Object.fromEntries(collectionKinds.map((kind) => [kind, 0])) as Record<
      CollectionKind,
      number
    >
    const totals = { records: 0, collections: 0, recordsByKind }
    for (const row of this.#select.all()) {
      const { id, nsid, records } = row as { id: number; nsid: Nsid; records: number }
      this.#ids.set(nsid, id)
      this.#rows.set(id, { nsid, records })
      totals.records += records
      totals.collections += Number(records > 0)
      recordsByKind[collectionKind(nsid)] += records
    }
    return totals
  }
}

export interface CollectionTotals {
  records: number
  collections: number
  readonly recordsByKind: Record<CollectionKind, number>
}
