import type { Did } from '../../../model/did.ts'
import type { RecordAddress, StoredRecord } from '../../../model/record.ts'
import type { HeldEvent, RepoChange, RepoState } from '../../../state/storage/storage.ts'
import type { StreamEntry } from '../../../state/streams/streams.ts'
import type { World } from './world.ts'

/** Storage and streams as far as the indexer needs them, in memory: thousands of histories take seconds. */
export class MemoryWorld implements World {
  readonly search = { apply: async () => {} }
  readonly storage = {
    repos: async (dids: readonly Did[]) =>
      new Map(
        dids.flatMap((did): [Did, RepoState][] => (this.#repo?.did === did ? [[did, this.#repo]] : [])),
      ),
    held: async (_: Did, limit: number) => this.#held.slice(0, limit),
    withHeld: async (after: Did | undefined) =>
      this.#repo !== undefined && this.#held.length > 0 && after === undefined ? [this.#repo] : [],
    heldBeyond: async () => [],
    staged: async () =>
      this.#staged && { data: this.#staged.data, lastPath: [...this.#staged.records.keys()].at(-1) ?? '' },
    apply: async (changes: readonly RepoChange[]) => {
      for (const change of changes) this.#apply(change)
    },
  }
  readonly #streams = new Map<string, MemoryStream>()
  #repo: RepoState | undefined
  #records = new Map<string, string>()
  #staged: { readonly data: string; readonly records: Map<string, string> } | undefined
  #held: HeldEvent[] = []
  #lastHeld = 0

  streams() {
    const delivered = new Map<string, number>()
    const of = (name: string) => {
      const stream = this.#streams.get(name) ?? { entries: [], last: 0, acknowledged: 0 }
      this.#streams.set(name, stream)
      return stream
    }
    return {
      append: async (name: string, payloads: readonly Uint8Array[]) => {
        const stream = of(name)
        for (const payload of payloads) stream.entries.push({ id: ++stream.last, payload })
        return stream.last
      },
      read: async (name: string, _: string, limit: number) => {
        const stream = of(name)
        const after = delivered.get(name) ?? stream.acknowledged
        const entries = stream.entries.filter(({ id }) => id > after).slice(0, limit)
        delivered.set(name, entries.at(-1)?.id ?? after)
        return entries
      },
      readable: async () => {},
      acknowledge: async (name: string, _: string, id: number) => {
        const stream = of(name)
        stream.acknowledged = Math.max(stream.acknowledged, id)
        stream.entries = stream.entries.filter((entry) => entry.id > stream.acknowledged)
      },
    }
  }

  async look() {
    return { repo: this.#repo, content: this.#records }
  }

  async found() {
    return undefined
  }

  [Symbol.dispose](): void {}

  #apply({ repo, hold = [], release = 0, ...change }: RepoChange): void {
    if (change.unstage || change.remove) this.#staged = undefined
    if (change.remove) {
      this.#repo = undefined
      this.#records = new Map()
      this.#held = []
      return
    }
    if (change.clear) this.#records = new Map()
    if (change.stage !== undefined) {
      if (this.#staged?.data !== change.stage.data)
        this.#staged = { data: change.stage.data, records: new Map() }
      put(this.#staged.records, change.stage.puts)
    }
    if (change.unveil !== undefined) {
      if (this.#staged?.data === change.unveil.data) this.#records = this.#staged.records
      else if (this.#repo?.data !== change.unveil.data) throw new TypeError('nothing is staged')
      this.#staged = undefined
    }
    put(this.#records, change.puts ?? [])
    for (const address of change.deletes ?? []) this.#records.delete(pathOf(address))
    this.#held = this.#held.filter(({ id }) => id > release)
    for (const payload of hold) this.#held.push({ id: ++this.#lastHeld, payload })
    this.#repo = { ...repo, held: this.#held.length }
  }
}

interface MemoryStream {
  entries: StreamEntry[]
  last: number
  acknowledged: number
}

function put(records: Map<string, string>, puts: readonly StoredRecord[]): void {
  for (const record of puts) records.set(pathOf(record), record.cid)
}

function pathOf({ collection, rkey }: RecordAddress): string {
  return `${collection}/${rkey}`
}
