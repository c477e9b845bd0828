import { create as createTid } from '@atcute/tid'
import { InvalidError } from '../model/errors.ts'
import type { Nsid } from '../model/nsid.ts'
import type { Account, RecordRow } from './accounts.ts'
import type { Host } from './host.ts'
import type { Random } from './random.ts'
import type { Write } from './repo.ts'
import { createName, createPost, createSentence } from './text.ts'

export interface PeopleOptions {
  readonly host: Host
  readonly random: Random
  readonly now: () => number
  /** Nobody joins beyond this. @default 30 */
  readonly maxAccounts?: number
  /** Whoever has more records deletes the oldest. @default 400 */
  readonly maxRecords?: number
}

/** Those who have the accounts of a host, and decide what to do next. */
export class People {
  readonly #host: Host
  readonly #random: Random
  readonly #now: () => number
  readonly #maxAccounts: number
  readonly #maxRecords: number
  #members: readonly Account[] = []
  #active: readonly Account[] = []
  #lastTid = 0

  constructor({ host, random, now, maxAccounts = 30, maxRecords = 400 }: PeopleOptions) {
    this.#host = host
    this.#random = random
    this.#now = now
    this.#maxAccounts = maxAccounts
    this.#maxRecords = maxRecords
    this.#meet()
  }

  /** Lets people join and write until there are so many accounts and records, as if over the day before. */
  async populate(accounts: number, records: number): Promise<void> {
    const { accounts: rows } = this.#host
    const startMs = this.#now() - dayMs
    while (this.#members.length < accounts) await this.#join(startMs)
    for (;;) {
      const done = this.#members.reduce((sum, { id }) => sum + rows.count(id), 0)
      if (done >= records || this.#active.length === 0) return
      const together = Math.min(records - done, 25)
      const atMs = (index: number) => startMs + (dayMs * (done + index)) / records
      await Promise.all(Array.from({ length: together }, (_, index) => this.#create(atMs(index))))
    }
  }

  /**
   * Does the next thing.
   *
   * @returns how many events that made; 0 when what somebody meant to change had just gone.
   */
  async live(): Promise<number> {
    try {
      return await this.#step(this.#now())
    } catch (error) {
      if (!(error instanceof InvalidError)) throw error
      this.#meet()
      return 0
    }
  }

  async #step(atMs: number): Promise<number> {
    const random = this.#random
    const room = this.#members.length < this.#maxAccounts
    const away = this.#members.filter(({ status }) => status === 'deactivated')
    if (this.#active.length === 0) {
      if (away.length > 0) return this.#comeBack(random.pick(away))
      if (room) return this.#join(atMs)
      this.#meet()
      return 0
    }
    const chance = random.next()
    if (chance < 0.004) {
      if (room) return this.#join(atMs)
    } else if (chance < 0.01) {
      return this.#rename()
    } else if (chance < 0.014) {
      if (this.#active.length > this.#members.length / 2) return this.#leave()
    } else if (chance < 0.022) {
      if (away.length > 0) return this.#comeBack(random.pick(away))
    } else if (chance < 0.122) {
      return this.#write((author) => this.#tidy(author) ?? this.#remove(author))
    } else if (chance < 0.2) {
      return this.#write((author) => this.#edit(author, atMs))
    }
    return this.#create(atMs)
  }

  async #join(atMs: number): Promise<number> {
    const { did } = await this.#host.createAccount(createName(this.#random))
    const record = this.#profile(did, atMs)
    await this.#host.write(did, [{ action: 'create', collection: profile, rkey: 'self', record }])
    this.#meet()
    return 5
  }

  async #rename(): Promise<number> {
    await this.#host.updateHandle(this.#random.pick(this.#active).did, createName(this.#random))
    return 1
  }

  async #leave(): Promise<number> {
    await this.#host.setStatus(this.#random.pick(this.#active).did, 'deactivated')
    this.#meet()
    return 1
  }

  async #comeBack({ did }: Account): Promise<number> {
    await this.#host.setStatus(did, 'active')
    this.#meet()
    return 3
  }

  #meet(): void {
    this.#members = this.#host.accounts.list().filter(({ status }) => status !== 'deleted')
    this.#active = this.#members.filter(({ status }) => status === 'active')
  }

  async #write(plan: (author: Account) => readonly Write[]): Promise<number> {
    const author = this.#random.pick(this.#active)
    const writes = plan(author)
    if (writes.length === 0) return 0
    await this.#host.write(author.did, writes)
    return 1
  }

  #create(atMs: number): Promise<number> {
    const random = this.#random
    return this.#write((author) => {
      const choice = random.next()
      if (choice < 0.4) return [this.#post(atMs)]
      if (choice < 0.7) return [this.#respond(like, atMs) ?? this.#post(atMs)]
      if (choice < 0.8) return [this.#respond(repost, atMs) ?? this.#post(atMs)]
      if (choice < 0.91) return [this.#relate(author, follow, atMs)]
      if (choice < 0.94) return [this.#relate(author, block, atMs)]
      if (choice < 0.97) return [this.#add(list, this.#list(atMs), atMs)]
      return Array.from({ length: 2 + random.int(3) }, () => this.#post(atMs))
    })
  }

  #edit(author: Account, atMs: number): readonly Write[] {
    const choice = this.#random.pick([profile, profile, post, list])
    const found = this.#some(author, choice)
    if (found === undefined) return []
    const { rkey } = found
    if (choice === profile)
      return [{ action: 'update', collection: profile, rkey, record: this.#profile(author.did, atMs) }]
    const write = choice === post ? this.#post(atMs) : this.#add(list, this.#list(atMs), atMs)
    return [{ ...write, action: 'update', rkey } as Write]
  }

  #remove(author: Account): readonly Write[] {
    const collection = this.#random.pick(removable)
    const found = this.#some(author, collection)
    return found ? [{ action: 'delete', collection, rkey: found.rkey }] : []
  }

  /** Deletes the oldest records of somebody who has too many. */
  #tidy({ id }: Account): readonly Write[] | undefined {
    const { accounts } = this.#host
    if (accounts.count(id) <= this.#maxRecords) return undefined
    return removable.flatMap((collection) =>
      accounts
        .records(id, collection, 0, tidied)
        .map(({ rkey }): Write => ({ action: 'delete', collection, rkey })),
    )
  }

  #post(atMs: number): Write {
    const { text, langs } = createPost(this.#random)
    const answered = this.#random.next() < 0.25 ? this.#subject() : undefined
    return this.#add(
      post,
      { text, langs, ...(answered && { reply: { root: answered, parent: answered } }) },
      atMs,
    )
  }

  #respond(collection: Nsid, atMs: number): Write | undefined {
    const subject = this.#subject()
    return subject && this.#add(collection, { subject }, atMs)
  }

  #relate(author: Account, collection: Nsid, atMs: number): Write {
    const others = this.#active.filter(({ did }) => did !== author.did)
    return others.length === 0
      ? this.#post(atMs)
      : this.#add(collection, { subject: this.#random.pick(others).did }, atMs)
  }

  #list(atMs: number): Readonly<Record<string, unknown>> {
    const name = `People of the shore ${new Date(atMs).getUTCFullYear()}`
    return { name, purpose: 'app.bsky.graph.defs#curatelist', description: createSentence(this.#random) }
  }

  #profile(did: string, atMs: number): Readonly<Record<string, unknown>> {
    const displayName = this.#host.accounts.find(did)?.handle.split(/[-.]/, 2).join(' ') ?? 'somebody'
    const createdAt = new Date(atMs).toISOString()
    return { $type: profile, displayName, description: createSentence(this.#random), createdAt }
  }

  #add(collection: Nsid, content: Readonly<Record<string, unknown>>, atMs: number): Write {
    this.#lastTid = Math.max(Math.floor(atMs * 1000), this.#lastTid + 1)
    const rkey = createTid(this.#lastTid, this.#random.int(1024))
    const record = { $type: collection, ...content, createdAt: new Date(atMs).toISOString() }
    return { action: 'create', collection, rkey, record }
  }

  #subject(): { readonly uri: string; readonly cid: string } | undefined {
    const author = this.#random.pick(this.#active)
    const found = this.#some(author, post)
    return found && { uri: `at://${author.did}/${post}/${found.rkey}`, cid: found.cid }
  }

  #some({ id }: Account, collection: Nsid): RecordRow | undefined {
    const { accounts } = this.#host
    const count = accounts.count(id, collection)
    return count === 0 ? undefined : accounts.records(id, collection, this.#random.int(count), 1)[0]
  }
}

const post = 'app.bsky.feed.post'
const like = 'app.bsky.feed.like'
const repost = 'app.bsky.feed.repost'
const follow = 'app.bsky.graph.follow'
const block = 'app.bsky.graph.block'
const list = 'app.bsky.graph.list'
const profile = 'app.bsky.actor.profile'
const removable = [like, post, repost, follow, block, list]

/** How many of each collection are deleted at a time. */
const tidied = 10
const dayMs = 24 * 60 * 60 * 1000
