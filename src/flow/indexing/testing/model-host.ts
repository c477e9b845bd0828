import { encode } from '@atcute/cbor'
import type { Random } from '../../../demo/random.ts'
import { type CommitEvent, emptyTree, type Operation, type RepoEvent } from '../../../model/event.ts'
import { alice } from './events.ts'

/** Path (`collection/rkey`) and CID of every record. */
export type Content = ReadonlyMap<string, string>

export interface Snapshot {
  readonly rev: string
  readonly data: string
  readonly content: Content
}

/** A host of one repo that says what it does, and knows what it was at every revision. */
export class ModelHost {
  readonly #random: Random
  readonly #snapshots = new Map<string, Snapshot>()
  #now: Snapshot | undefined
  #counter = 0
  #status: 'active' | 'deactivated' | 'deleted' = 'active'
  /** The key that signs; counts up. */
  key = 1

  constructor(random: Random) {
    this.#random = random
  }

  /** What it gives out; undefined while there is nothing to have. */
  get repo(): Snapshot | undefined {
    return this.#status === 'active' ? this.#now : undefined
  }

  /** The last revision, whether it is given out or not. */
  get rev(): string {
    return this.#now?.rev ?? ''
  }

  /** What it says of the account when it is asked. */
  get account(): { readonly active: boolean; readonly status: 'active' | 'deactivated' | 'deleted' } {
    return { active: this.#status === 'active', status: this.#status }
  }

  at(rev: string): Snapshot | undefined {
    return this.#snapshots.get(rev)
  }

  /** One of its latest states, as a mirror may have it that is late. */
  earlier(): Snapshot | undefined {
    const snapshots = [...this.#snapshots.values()]
    return this.repo && snapshots[Math.max(0, snapshots.length - 1 - this.#random.int(4))]
  }

  /** Does something, and says so. */
  act(): readonly RepoEvent[] {
    const chance = this.#random.next()
    if (this.#status !== 'active') return chance < 0.5 ? [this.#account('active')] : []
    if (chance < 0.76) return [this.commit()]
    if (chance < 0.8) return [this.#replace()]
    if (chance < 0.83) return [this.#account('deactivated')]
    if (chance < 0.85) return [this.#account('deleted')]
    if (chance < 0.88) return [{ ...this.#base(), kind: 'identity' }]
    if (chance < 0.9) return [this.#sync()]
    this.key++
    return [this.commit()]
  }

  /** Whatever it was: it is active, and has a commit that nobody knows yet. */
  settle(): readonly RepoEvent[] {
    const awakening = this.#account('active')
    return [awakening, this.commit()]
  }

  commit(): CommitEvent {
    const before = this.#now
    const content = new Map(before?.content)
    const operations: Operation[] = []
    const keys = new Set(Array.from({ length: this.#random.int(4) }, () => this.#random.pick(paths)))
    if (this.#random.int(12) === 0) for (const path of content.keys()) keys.add(path)
    for (const path of keys) {
      const [collection = '', rkey = ''] = path.split('/')
      const isThere = content.has(path)
      if (isThere && this.#random.next() < 0.5) {
        content.delete(path)
        operations.push({ op: 'delete', collection, rkey })
        continue
      }
      const cid = `cid${++this.#counter}`
      content.set(path, cid)
      operations.push({ op: isThere ? 'update' : 'create', collection, rkey, cid, record })
    }
    const { rev, data } = this.#move(content)
    const says = this.#random.next()
    return {
      ...this.#base(),
      kind: 'commit',
      rev,
      data,
      // Old hosts name only the revision before; the first one of a repo follows none.
      ...((says < 0.8 || before === undefined) && { prevData: before?.data ?? emptyTree }),
      ...(before !== undefined && { since: before.rev }),
      operations,
    }
  }

  /** Its content becomes another, without saying how. */
  #replace(): RepoEvent {
    const content = new Map<string, string>()
    for (const path of paths) if (this.#random.int(3) === 0) content.set(path, `cid${++this.#counter}`)
    this.#move(content)
    return this.#sync()
  }

  #sync(): RepoEvent {
    // A new state has a revision of its own, even where the content is what it was.
    const { rev, data } = this.#move(new Map(this.#now?.content))
    return { ...this.#base(), kind: 'sync', rev, data }
  }

  #account(status: 'active' | 'deactivated' | 'deleted'): RepoEvent {
    this.#status = status
    if (status === 'deleted') this.#now = undefined
    return { ...this.#base(), kind: 'account', active: status === 'active', status }
  }

  #move(content: Content): Snapshot {
    const rev = `r${String(++this.#counter).padStart(5, '0')}`
    this.#now = { rev, data: rootOf(content), content }
    this.#snapshots.set(rev, this.#now)
    return this.#now
  }

  #base() {
    return { did: alice, seq: 1, timeMs: 1 } as const
  }
}

/** Stands for the root of a tree: the same for the same content, and another for another. */
export function rootOf(content: Content): string {
  if (content.size === 0) return emptyTree
  let [a, b] = [0x811c9dc5, 0x1000193]
  for (const char of [...content].sort().join()) {
    a = Math.imul(a ^ char.charCodeAt(0), 0x01000193)
    b = Math.imul(b ^ char.charCodeAt(0), 0x5bd1e995) ^ (b >>> 15)
  }
  return `tree${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`
}

const paths = ['a', 'b', 'c', 'd', 'e', 'f'].map((rkey) => `app.bsky.feed.post/${rkey}`)
/** What search finds by `tide`. */
export const record: Uint8Array = new Uint8Array(encode({ $type: 'app.bsky.feed.post', text: 'tide' }))
