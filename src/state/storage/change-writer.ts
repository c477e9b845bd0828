import type { Did } from '../../model/did.ts'
import { InvalidError } from '../../model/errors.ts'
import type { RecordAddress } from '../../model/record.ts'
import type { HeldTable } from './held-table.ts'
import type { Leftovers } from './leftovers.ts'
import type { Numbers } from './numbers.ts'
import type { RecordTable } from './record-table.ts'
import type { RepoTable } from './repo-table.ts'
import type { StagingTable } from './staging-table.ts'
import type { RepoChange, RepoState, Stage } from './storage.ts'

export interface ChangeTables {
  readonly numbers: Numbers
  readonly repos: RepoTable
  readonly records: RecordTable
  readonly staging: StagingTable
  readonly leftovers: Leftovers
  readonly held: HeldTable
}

/** Makes changes of repos. What it does must run inside a transaction. */
export class ChangeWriter {
  readonly #tables: ChangeTables

  constructor(tables: ChangeTables) {
    this.#tables = tables
  }

  write(change: RepoChange): void {
    const { repos, records } = this.#tables
    const {
      repo,
      clear = false,
      puts = [],
      deletes = [],
      stage,
      unveil,
      unstage = false,
      hold,
      release,
    } = change
    const { did } = repo
    if (unstage || change.remove) this.#unstage(did)
    if (change.remove) {
      this.#remove(did)
      return
    }
    const before = repos.find(did)
    let id = repos.save(repo)
    if (clear && before !== undefined) id = this.#clear(did)
    if (stage !== undefined) this.#stage(did, stage)
    if (unveil !== undefined) id = this.#unveil(did, unveil.data, before?.state)
    for (const record of puts) records.put(id, record)
    for (const address of deletes) records.delete(id, address)
    if (hold !== undefined || release !== undefined) this.#hold(did, hold, release)
  }

  #clear(did: Did): number {
    const { numbers, repos, leftovers } = this.#tables
    const id = numbers.take()
    leftovers.add(repos.renumber(did, id))
    return id
  }

  #stage(did: Did, { data, puts }: Stage): void {
    const { numbers, records, staging } = this.#tables
    let staged = staging.find(did)
    if (staged !== undefined && staged.data !== data) {
      this.#unstage(did)
      staged = undefined
    }
    const number = staged?.number ?? -numbers.take()
    let lastPath = staged?.lastPath ?? ''
    for (const [i, record] of puts.entries()) {
      const path = `${record.collection}/${record.rkey}`
      if (path > lastPath) {
        records.stage(number, record)
        lastPath = path
      } else if (i > 0 && path <= pathOf(puts[i - 1])) {
        throw new InvalidError(
          `what is staged of ${did} is not in the order of its paths at ${path}: sort it`,
        )
      }
      // Otherwise it was staged before: the same part is applied again after a crash.
    }
    staging.save(did, { number, data, lastPath })
  }

  #unveil(did: Did, data: string, before: RepoState | undefined): number {
    const { repos, staging, leftovers } = this.#tables
    const staged = staging.find(did)
    if (staged?.data === data) {
      leftovers.add(repos.renumber(did, staged.number))
      staging.delete(did)
      return staged.number
    }
    // What is applied again after a crash has been unveiled already.
    const repo = repos.find(did)
    if (before?.data === data && repo !== undefined) return repo.id
    throw new InvalidError(`nothing is staged of the tree ${data} of ${did}: stage it before it is unveiled`)
  }

  #unstage(did: Did): void {
    const { staging, leftovers } = this.#tables
    const staged = staging.find(did)
    if (staged === undefined) return
    leftovers.add(staged.number)
    staging.delete(did)
  }

  #hold(did: Did, payloads: readonly Uint8Array[] = [], release: number | undefined): void {
    const { repos, held } = this.#tables
    const released = release === undefined ? 0 : held.release(did, release)
    held.add(did, payloads)
    if (payloads.length !== released) repos.addHeld(did, payloads.length - released)
  }

  #remove(did: Did): void {
    const { repos, held, leftovers } = this.#tables
    const id = repos.remove(did)
    if (id === undefined) return
    held.release(did, Number.MAX_SAFE_INTEGER)
    leftovers.add(id)
  }
}

function pathOf(record: RecordAddress | undefined): string {
  return record === undefined ? '' : `${record.collection}/${record.rkey}`
}
