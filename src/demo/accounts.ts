import type { DatabaseSync } from 'node:sqlite'
import type { Did } from '../model/did.ts'
import type { Nsid } from '../model/nsid.ts'
import { blockOf } from '../net/repo/block.ts'
import { type Cid, cidText, parseCid } from '../net/repo/cid.ts'
import type { Head, WrittenRecord } from '../net/repo/signed-repo.ts'

/** `active`, or why it is not, in the protocol's words. */
export type AccountStatus = 'active' | 'deactivated' | 'suspended' | 'takendown' | 'deleted'

export interface Account {
  /** Counts up in the order of creation. */
  readonly id: number
  readonly did: Did
  readonly handle: string
  readonly status: AccountStatus
  /** The private key, 32 bytes. */
  readonly secret: Uint8Array
  /** The public key, as the DID document writes it. */
  readonly multikey: string
  readonly head: Head
}

export interface RecordRow {
  readonly rkey: string
  readonly cid: string
}

/** The accounts of the network and their records, as they are on disk. */
export class Accounts {
  readonly #statements: ReturnType<typeof prepare>

  constructor(database: DatabaseSync) {
    this.#statements = prepare(database)
  }

  /** @returns the accounts after `after` in the order of creation, deleted ones included. */
  list(after = 0, limit = -1): readonly Account[] {
    return this.#statements.list.all(after, limit).map(readAccount)
  }

  find(did: string): Account | undefined {
    const row = this.#statements.find.get(did)
    return row && readAccount(row)
  }

  findByHandle(handle: string): Account | undefined {
    const row = this.#statements.findByHandle.get(handle)
    return row && readAccount(row)
  }

  status(did: string): AccountStatus | undefined {
    return this.#statements.status.get(did)?.status as AccountStatus | undefined
  }

  /** @returns the accounts that are active and have records in the collection, as `list` does. */
  listByCollection(collection: Nsid, after: number, limit: number): readonly Account[] {
    return this.#statements.listByCollection.all(after, collection, limit).map(readAccount)
  }

  insert({ did, handle, secret, multikey, head }: Omit<Account, 'id' | 'status'>): void {
    this.#statements.insert.run(did, handle, secret, multikey, head.rev, head.commit.bytes, head.data)
  }

  setHandle(did: Did, handle: string): void {
    this.#statements.setHandle.run(handle, did)
  }

  setStatus(did: Did, status: AccountStatus): void {
    this.#statements.setStatus.run(status, did)
  }

  /** Moves a repo to a new head, its records with it. */
  write(id: number, head: Head, records: readonly WrittenRecord[]): void {
    this.#statements.setHead.run(head.rev, head.commit.bytes, head.data, id)
    for (const { collection, rkey, block } of records) {
      if (block) this.#statements.put.run(id, collection, rkey, cidText(block.cid), block.bytes)
      else this.#statements.remove.run(id, collection, rkey)
      this.#statements.change.run(id, `${collection}/${rkey}`, head.rev)
    }
  }

  removeRecords(id: number): void {
    this.#statements.removeAll.run(id)
  }

  /** @returns path and CID of every record, in the order of the tree. */
  entries(id: number): readonly (readonly [path: string, cid: Cid])[] {
    const rows = this.#statements.entries.all(id) as unknown as { path: string; cid: string }[]
    return rows.map(({ path, cid }) => [path, parseCid(cid)] as const)
  }

  /** @returns the bytes of every record, in the order of the tree. */
  contents(id: number): readonly Uint8Array[] {
    return this.#statements.contents.all(id).map(({ bytes }) => bytes as Uint8Array)
  }

  /** @returns the paths that were written or removed after a revision, in the order of the tree. */
  changedSince(id: number, rev: string): readonly string[] {
    return this.#statements.changes.all(id, rev).map(({ path }) => path as string)
  }

  count(id: number, collection?: Nsid): number {
    const { count, countIn } = this.#statements
    return Number((collection === undefined ? count.get(id) : countIn.get(id, collection))?.count)
  }

  /** @returns records of a collection in the order of their keys. */
  records(id: number, collection: Nsid, offset = 0, limit = -1): readonly RecordRow[] {
    return this.#statements.records.all(id, collection, limit, offset) as unknown as readonly RecordRow[]
  }
}

interface AccountRow extends Omit<Account, 'head'> {
  readonly rev: string
  readonly commit_bytes: Uint8Array
  readonly data: string
}

function readAccount(row: unknown): Account {
  const { rev, commit_bytes, data, ...account } = row as AccountRow
  return { ...account, head: { rev, commit: blockOf(commit_bytes), data } }
}

// The tree's order is that of whole paths, and `.` in a longer collection's name sorts before `/`.
function prepare(database: DatabaseSync) {
  const sql = (text: string) => database.prepare(text)
  return {
    list: sql('SELECT * FROM accounts WHERE id > ? ORDER BY id LIMIT ?'),
    find: sql('SELECT * FROM accounts WHERE did = ?'),
    status: sql('SELECT status FROM accounts WHERE did = ?'),
    findByHandle: sql('SELECT * FROM accounts WHERE handle = ?'),
    listByCollection: sql(`SELECT * FROM accounts a WHERE id > ? AND status = 'active'
      AND EXISTS (SELECT 1 FROM records r WHERE r.account = a.id AND r.collection = ?) ORDER BY id LIMIT ?`),
    insert: sql(`INSERT INTO accounts (did, handle, status, secret, multikey, rev, commit_bytes, data)
      VALUES (?, ?, 'active', ?, ?, ?, ?, ?)`),
    setHandle: sql('UPDATE accounts SET handle = ? WHERE did = ?'),
    setStatus: sql('UPDATE accounts SET status = ? WHERE did = ?'),
    setHead: sql('UPDATE accounts SET rev = ?, commit_bytes = ?, data = ? WHERE id = ?'),
    put: sql('INSERT OR REPLACE INTO records (account, collection, rkey, cid, bytes) VALUES (?, ?, ?, ?, ?)'),
    remove: sql('DELETE FROM records WHERE account = ? AND collection = ? AND rkey = ?'),
    change: sql('INSERT OR REPLACE INTO changes (account, path, rev) VALUES (?, ?, ?)'),
    changes: sql('SELECT path FROM changes WHERE account = ? AND rev > ? ORDER BY path'),
    removeAll: sql('DELETE FROM records WHERE account = ?'),
    entries: sql(
      `SELECT collection || '/' || rkey AS path, cid FROM records WHERE account = ? ORDER BY path`,
    ),
    contents: sql(`SELECT bytes FROM records WHERE account = ? ORDER BY collection || '/' || rkey`),
    count: sql('SELECT count(*) AS count FROM records WHERE account = ?'),
    countIn: sql('SELECT count(*) AS count FROM records WHERE account = ? AND collection = ?'),
    records: sql(`SELECT rkey, cid FROM records WHERE account = ? AND collection = ?
      ORDER BY rkey LIMIT ? OFFSET ?`),
  }
}
