import { create as createTid } from '@atcute/tid'
import type { Nsid } from '../model/nsid.ts'
import type { Write } from '../net/repo/signed-repo.ts'
import type { Account, Accounts, RecordRow } from './accounts.ts'
import type { Random } from './random.ts'
import { createPost, createSentence } from './text.ts'

export interface WritingOptions {
  readonly accounts: Accounts
  readonly random: Random
  /** Whoever has more records deletes the oldest. */
  readonly maxRecords: number
}

/** What people write: the records of one commit, made up from those that are there. */
export class Writing {
  readonly #accounts: Accounts
  readonly #random: Random
  readonly #maxRecords: number
  #lastTid = 0

  constructor({ accounts, random, maxRecords }: WritingOptions) {
    this.#accounts = accounts
    this.#random = random
    this.#maxRecords = maxRecords
  }

  introduce({ handle }: Account, atMs: number): readonly Write[] {
    return [{ action: 'create', collection: profile, rkey: 'self', record: this.#profile(handle, atMs) }]
  }

  /** Another description in the same profile. */
  reintroduce({ handle }: Account, atMs: number): readonly Write[] {
    return [{ action: 'update', collection: profile, rkey: 'self', record: this.#profile(handle, atMs) }]
  }

  /** @param active who may be the subject of a record; the author among them. */
  create(author: Account, active: readonly Account[], atMs: number): readonly Write[] {
    const random = this.#random
    const choice = random.next()
    if (choice < 0.4) return [this.#post(active, atMs)]
    if (choice < 0.7) return [this.#respond(like, active, atMs)]
    if (choice < 0.8) return [this.#respond(repost, active, atMs)]
    if (choice < 0.91) return [this.#relate(follow, author, active, atMs)]
    if (choice < 0.94) return [this.#relate(block, author, active, atMs)]
    if (choice < 0.97) return [this.#list(atMs)]
    return Array.from({ length: 2 + random.int(3) }, () => this.#post(active, atMs))
  }

  /** @returns nothing when there is nothing of the kind to edit. */
  edit(author: Account, active: readonly Account[], atMs: number): readonly Write[] {
    const collection = this.#random.pick([profile, profile, post, list])
    const found = this.#some(author, collection)
    if (found === undefined) return []
    const { rkey } = found
    if (collection === profile) {
      return [{ action: 'update', collection, rkey, record: this.#profile(author.handle, atMs) }]
    }
    const { record } = collection === post ? this.#post(active, atMs) : this.#list(atMs)
    return [{ action: 'update', collection, rkey, record }]
  }

  /** @returns nothing when there is nothing of the kind to delete; many deletes for an author who has too much. */
  remove(author: Account): readonly Write[] {
    const tooMany = this.#accounts.count(author.id) > this.#maxRecords
    if (tooMany) return removable.flatMap((collection) => this.#oldest(author, collection))
    const collection = this.#random.pick(removable)
    const found = this.#some(author, collection)
    return found ? [{ action: 'delete', collection, rkey: found.rkey }] : []
  }

  #oldest({ id }: Account, collection: Nsid): readonly Write[] {
    const rows = this.#accounts.records(id, collection, 0, tidied)
    return rows.map(({ rkey }) => ({ action: 'delete', collection, rkey }))
  }

  #post(active: readonly Account[], atMs: number): Creation {
    const { text, langs } = createPost(this.#random)
    const answered = this.#random.next() < 0.25 ? this.#subject(active) : undefined
    const reply = answered && { root: answered, parent: answered }
    return this.#add(post, { text, langs, ...(reply && { reply }) }, atMs)
  }

  #respond(collection: Nsid, active: readonly Account[], atMs: number): Creation {
    const subject = this.#subject(active)
    return subject ? this.#add(collection, { subject }, atMs) : this.#post(active, atMs)
  }

  #relate(collection: Nsid, author: Account, active: readonly Account[], atMs: number): Creation {
    const others = active.filter(({ did }) => did !== author.did)
    if (others.length === 0) return this.#post(active, atMs)
    return this.#add(collection, { subject: this.#random.pick(others).did }, atMs)
  }

  #list(atMs: number): Creation {
    const name = `People of the shore ${new Date(atMs).getUTCFullYear()}`
    const description = createSentence(this.#random)
    return this.#add(list, { name, purpose: 'app.bsky.graph.defs#curatelist', description }, atMs)
  }

  #profile(handle: string, atMs: number): Creation['record'] {
    const displayName = handle.split(/[-.]/, 2).join(' ')
    const description = createSentence(this.#random)
    return { $type: profile, displayName, description, createdAt: new Date(atMs).toISOString() }
  }

  #add(collection: Nsid, content: Creation['record'], atMs: number): Creation {
    this.#lastTid = Math.max(Math.floor(atMs * 1000), this.#lastTid + 1)
    const rkey = createTid(this.#lastTid, this.#random.int(1024))
    const record = { $type: collection, ...content, createdAt: new Date(atMs).toISOString() }
    return { action: 'create', collection, rkey, record }
  }

  #subject(active: readonly Account[]): { readonly uri: string; readonly cid: string } | undefined {
    const author = this.#random.pick(active)
    const found = this.#some(author, post)
    return found && { uri: `at://${author.did}/${post}/${found.rkey}`, cid: found.cid }
  }

  #some({ id }: Account, collection: Nsid): RecordRow | undefined {
    const count = this.#accounts.count(id, collection)
    return count === 0 ? undefined : this.#accounts.records(id, collection, this.#random.int(count), 1)[0]
  }
}

type Creation = Extract<Write, { action: 'create' | 'update' }>

const post = 'app.bsky.feed.post'
const like = 'app.bsky.feed.like'
const repost = 'app.bsky.feed.repost'
const follow = 'app.bsky.graph.follow'
const block = 'app.bsky.graph.block'
const list = 'app.bsky.graph.list'
const profile = 'app.bsky.actor.profile'
const removable = [like, post, repost, follow, block, list]

/** How many records of each collection are deleted at a time. */
const tidied = 10
