import type { DatabaseSync } from 'node:sqlite'
import type { SequencedFrame } from '../edge/xrpc/subscribers.ts'
import type { Did } from '../model/did.ts'
import { InvalidError } from '../model/errors.ts'
import { writeCar } from '../net/repo/car.ts'
import { cidText } from '../net/repo/cid.ts'
import type { Message } from '../net/repo/frames.ts'
import { nextRev } from '../net/repo/rev.ts'
import { type Head, SignedRepo, syncMessage, type Write } from '../net/repo/signed-repo.ts'
import { importSigningKey } from '../net/repo/signing-key.ts'
import { Tree } from '../net/repo/tree.ts'
import { type Account, type AccountStatus, Accounts } from './accounts.ts'
import type { Random } from './random.ts'
import { RepoCache } from './repo-cache.ts'
import { Sequencer } from './sequencer.ts'
import { WriteQueue } from './write-queue.ts'

export interface HostOptions {
  readonly database: DatabaseSync
  readonly random: Random
  /** In ms since 1970. */
  readonly now: () => number
  /** How many of the newest events stay on disk. */
  readonly keepEvents: number
  /** How many repos have their trees in memory at a time. */
  readonly loadedRepos: number
  /** Called with events once they are on disk, in order. */
  readonly onEvents?: (frames: readonly SequencedFrame[]) => void
}

/** A commit that was made, and is on disk. */
export interface WriteResult {
  /** Number of its event; of the next one, where it has none. */
  readonly seq: number
  readonly rev: string
  /** CID of the commit. */
  readonly commit: string
}

/** The accounts of a PDS, their repos, and the sequence of what happens to them. All calls may overlap. */
export class Host {
  readonly accounts: Accounts
  readonly sequencer: Sequencer
  readonly #random: Random
  readonly #now: () => number
  readonly #repos: RepoCache
  readonly #queue: WriteQueue

  constructor({ database, random, now, keepEvents, loadedRepos, onEvents = () => {} }: HostOptions) {
    this.accounts = new Accounts(database)
    this.sequencer = new Sequencer({ database, keepEvents, now })
    this.#random = random
    this.#now = now
    this.#repos = new RepoCache(this.accounts, loadedRepos)
    this.#queue = new WriteQueue({
      database,
      sequencer: this.sequencer,
      onFailure: () => this.#repos.clear(),
      onEvents: (frames) => {
        this.#repos.trim()
        onEvents(frames)
      },
    })
  }

  /** @param name becomes the handle, followed by a number where it is taken. */
  createAccount(name: string): Promise<Account> {
    const secret = this.#random.bytes(32)
    const did: Did = `did:plc:${base32(this.#random.bytes(24))}`
    let handle = ''
    return this.#queue.run(
      async () => {
        handle = this.#freeHandle(name)
        const key = await importSigningKey(secret)
        const repo = new SignedRepo({ did, key, tree: Tree.build([]) })
        const { head, body } = await repo.commit([], this.#nextRev())
        return {
          messages: [
            { type: '#identity', body: { did, handle } },
            { type: '#account', body: { did, active: true } },
            { type: '#commit', body },
            syncMessage(did, head),
          ],
          apply: () => this.accounts.insert({ did, handle, secret, multikey: key.multikey, head }),
        }
      },
      () => this.#account(did),
      { alone: true },
    )
  }

  /**
   * Makes one commit.
   *
   * @param options.isLost keeps the stream quiet about it, as when a relay loses an event. @default false
   * @throws {InvalidError} when the account is unknown or not active, or the writes cannot be made.
   */
  write(did: Did, writes: readonly Write[], { isLost = false } = {}): Promise<WriteResult> {
    let head: Head
    return this.#queue.run(
      async () => {
        if (writes.length === 0) throw new InvalidError('a commit needs at least one write')
        this.#active(did)
        const { id, repo } = this.#repos.get(did) ?? (await this.#repos.load(this.#account(did)))
        const commit = await repo.commit(writes, this.#nextRev(repo.head?.rev))
        head = commit.head
        return {
          messages: isLost ? [] : [{ type: '#commit', body: commit.body }],
          apply: () => this.accounts.write(id, commit.head, commit.records),
        }
      },
      (seq) => ({ seq, rev: head.rev, commit: cidText(head.commit.cid) }),
    )
  }

  /** @returns the handle, followed by a number where the name is taken. */
  updateHandle(did: Did, name: string): Promise<string> {
    let handle = ''
    return this.#queue.run(
      async () => {
        this.#active(did)
        handle = this.#freeHandle(name)
        return {
          messages: [{ type: '#identity', body: { did, handle } }],
          apply: () => this.accounts.setHandle(did, handle),
        }
      },
      () => handle,
      { alone: true },
    )
  }

  /** Changes what the account is allowed. A deleted account stays deleted, and its records are gone. */
  setStatus(did: Did, status: AccountStatus): Promise<void> {
    return this.#queue.run(
      async () => {
        const account = this.#account(did)
        if (account.status === 'deleted') throw new InvalidError(`${did} is deleted`)
        if (account.status === status) return { messages: [], apply: () => {} }
        return {
          messages: statusMessages(account, status),
          apply: () => {
            this.accounts.setStatus(did, status)
            if (status === 'deleted') this.accounts.removeRecords(account.id)
          },
        }
      },
      () => {},
      { alone: true },
    )
  }

  /**
   * The repo of an account as a CAR, as it is on disk.
   *
   * @param since leaves out what somebody has who has this revision. @default all of it
   */
  async exportRepo({ id, did, head }: Account, since?: string): Promise<Uint8Array> {
    const contents = this.accounts.contents(id)
    const entries = this.accounts.entries(id)
    const tree = Tree.build(entries)
    if (tree.root !== head.data) throw new Error(`the records of ${did} are not those that its commit names`)
    const changed = since === undefined ? undefined : this.accounts.changedSince(id, since)
    const paths = changed && new Set(changed)
    const isWanted = (path: string) => paths === undefined || paths.has(path)
    // Records of the same content are one block.
    const records = new Map(
      entries.flatMap(([path, cid], index) => (isWanted(path) ? [[cid, contents[index] as Uint8Array]] : [])),
    )
    const blocks = Array.from(records, ([cid, bytes]) => ({ cid, bytes }))
    if (since !== undefined && head.rev <= since) return writeCar(head.commit.cid, [])
    const nodes = changed === undefined ? tree.nodes() : tree.nodesAround(changed)
    return writeCar(head.commit.cid, [head.commit, ...nodes, ...blocks])
  }

  /** Resolves when everything asked for so far is on disk. */
  settled(): Promise<void> {
    return this.#queue.settled()
  }

  #account(did: Did): Account {
    const account = this.accounts.find(did)
    if (account === undefined) throw new InvalidError(`${did} has no account here`)
    return account
  }

  #active(did: Did): void {
    const status = this.accounts.status(did)
    if (status === undefined) throw new InvalidError(`${did} has no account here`)
    if (status !== 'active') throw new InvalidError(`${did} is ${status}`)
  }

  #freeHandle(name: string): string {
    for (let number = 1; ; number++) {
      const handle = `${name}${number === 1 ? '' : number}.test`
      if (this.accounts.findByHandle(handle) === undefined) return handle
    }
  }

  #nextRev(before?: string): string {
    return nextRev(this.#now(), this.#random.int(1024), before)
  }
}

/** As a PDS does it: an account that comes back is introduced again. */
function statusMessages({ did, handle, head }: Account, status: AccountStatus): readonly Message[] {
  if (status !== 'active') return [{ type: '#account', body: { did, active: false, status } }]
  return [
    { type: '#account', body: { did, active: true } },
    { type: '#identity', body: { did, handle } },
    syncMessage(did, head),
  ]
}

function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]).join('')
}
