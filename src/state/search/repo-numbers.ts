import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Did } from '../../model/did.ts'
import { StateCounter } from './state-counter.ts'

export interface Staged {
  /** A negative one. */
  readonly number: number
  /** CID of the root of the tree, as text. */
  readonly data: string
  /** The path of its first record, whether that is searched or not; empty before that. */
  readonly firstPath: string
  /** The fields that its documents were taken from. */
  readonly fields: string
}

/**
 * The numbers that documents carry in the place of their repo: the one that is shown, the one that is staged, and those
 * that are left over. What writes must run inside a transaction, then `flush` or, when that is rolled back, `reset`.
 */
export class RepoNumbers {
  readonly #lastNumber: StateCounter
  readonly #switches: StateCounter
  readonly #select: StatementSync
  readonly #selectTree: StatementSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #selectStaged: StatementSync
  readonly #allStaged: StatementSync
  readonly #saveStaged: StatementSync
  readonly #deleteStaged: StatementSync
  readonly #insertLeftover: StatementSync
  readonly #recent = new Map<Did, number>()

  constructor(sqlite: DatabaseSync) {
    const prepare = (sql: string) => {
      const statement = sqlite.prepare(sql)
      statement.setReturnArrays(true)
      return statement
    }
    this.#lastNumber = new StateCounter(sqlite, 'last_number')
    this.#switches = new StateCounter(sqlite, 'switches')
    this.#select = prepare('SELECT number FROM search_repo WHERE did = ?')
    this.#selectTree = prepare('SELECT data, first_path FROM search_repo WHERE did = ?')
    this.#insert = prepare(
      'INSERT INTO search_repo (number, did, shown, data, first_path) VALUES (?, ?, ?, ?, ?)',
    )
    this.#delete = prepare('DELETE FROM search_repo WHERE number = ?')
    this.#selectStaged = prepare('SELECT number, data, first_path, fields FROM search_staged WHERE did = ?')
    this.#allStaged = prepare('SELECT number FROM search_staged')
    this.#saveStaged = prepare(
      'INSERT OR REPLACE INTO search_staged (did, number, data, first_path, fields) VALUES (?, ?, ?, ?, ?)',
    )
    this.#deleteStaged = prepare('DELETE FROM search_staged WHERE did = ?')
    this.#insertLeftover = prepare('INSERT INTO search_leftover (number, hidden, after) VALUES (?, ?, 0)')
  }

  /** How often documents were shown or hidden all at once. */
  get switches(): number {
    return this.#switches.value
  }

  /** The number of what is shown of a repo; undefined when there is nothing. */
  find(did: Did): number | undefined {
    const recent = this.#recent.get(did)
    if (recent !== undefined) return recent
    const row = this.#select.get(did) as unknown as [number] | undefined
    return row && this.#remember(did, row[0])
  }

  /** The same, and a new one where there is none. */
  of(did: Did): number {
    return this.find(did) ?? this.#show(did, ++this.#lastNumber.value, this.#switches.value)
  }

  /** Hides what is shown of a repo. */
  clear(did: Did): void {
    const number = this.find(did)
    if (number === undefined) return
    this.#delete.run(number)
    this.#recent.delete(did)
    this.#insertLeftover.run(number, ++this.#switches.value)
  }

  staged(did: Did): Staged | undefined {
    const row = this.#selectStaged.get(did) as unknown as [number, string, string, string] | undefined
    return row && { number: row[0], data: row[1], firstPath: row[2], fields: row[3] }
  }

  allStaged(): ReadonlySet<number> {
    return new Set((this.#allStaged.all() as unknown as [number][]).map(([number]) => number))
  }

  /**
   * The number for a part of a tree: the staged one, for which what was staged of another tree is given up.
   *
   * A part that is not the first of its tree, when nothing of that is staged and it is what is shown, comes once more
   * after a crash: what it belongs to was unveiled already.
   */
  stage(did: Did, { data, firstPath, fields }: Omit<Staged, 'number'>): number {
    const before = this.staged(did)
    if (before?.data === data) {
      // Fields that changed on the way leave documents of both kinds, which is neither.
      const after = {
        ...before,
        firstPath: before.firstPath || firstPath,
        fields: before.fields === fields ? fields : mixedFields,
      }
      if (after.firstPath !== before.firstPath || after.fields !== before.fields) this.#save(did, after)
      return before.number
    }
    const [shown, first] = (this.#selectTree.get(did) ?? []) as unknown as [(string | null)?, string?]
    const number = this.find(did)
    if (number !== undefined && shown === data && first !== firstPath) return number
    this.unstage(did)
    const staged = { number: -++this.#lastNumber.value, data, firstPath, fields }
    this.#save(did, staged)
    return staged.number
  }

  unstage(did: Did): void {
    const staged = this.staged(did)
    if (staged === undefined) return
    this.#deleteStaged.run(did)
    this.#insertLeftover.run(staged.number, 0)
  }

  /** Shows what is staged instead of what was shown. */
  unveil(did: Did, staged: Staged): void {
    this.clear(did)
    this.#deleteStaged.run(did)
    this.#show(did, staged.number, ++this.#switches.value, staged)
  }

  flush(): void {
    this.#lastNumber.flush()
    this.#switches.flush()
  }

  reset(): void {
    this.#lastNumber.reset()
    this.#switches.reset()
    this.#recent.clear()
  }

  #save(did: Did, { number, data, firstPath, fields }: Staged): void {
    this.#saveStaged.run(did, number, data, firstPath, fields)
  }

  #show(did: Did, number: number, shown: number, tree?: Staged): number {
    this.#insert.run(number, did, shown, tree?.data ?? null, tree?.firstPath ?? null)
    return this.#remember(did, number)
  }

  #remember(did: Did, number: number): number {
    if (this.#recent.size >= maxRecent) {
      for (const oldest of this.#recent.keys()) {
        this.#recent.delete(oldest)
        break
      }
    }
    this.#recent.set(did, number)
    return number
  }
}

const mixedFields = ''

const maxRecent = 20_000
