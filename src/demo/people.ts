import { InvalidError } from '../model/errors.ts'
import type { Write } from '../net/repo/signed-repo.ts'
import type { Account } from './accounts.ts'
import type { Host } from './host.ts'
import type { Random } from './random.ts'
import { createName } from './text.ts'
import { Writing } from './writing.ts'

export interface PeopleOptions {
  readonly host: Host
  readonly random: Random
  /** In ms since 1970. */
  readonly now: () => number
  /** Nobody joins beyond this. */
  readonly maxAccounts: number
  /** Whoever has more records deletes the oldest, sooner or later. */
  readonly maxRecords: number
}

/** Those who have the accounts of a host, and decide what to do next. */
export class People {
  readonly #host: Host
  readonly #random: Random
  readonly #now: () => number
  readonly #maxAccounts: number
  readonly #writing: Writing
  #members: readonly Account[] = []
  #joining = 0
  #active: readonly Account[] = []

  constructor({ host, random, now, maxAccounts, maxRecords }: PeopleOptions) {
    this.#host = host
    this.#random = random
    this.#now = now
    this.#maxAccounts = maxAccounts
    this.#writing = new Writing({ accounts: host.accounts, random, maxRecords })
    this.#meet()
  }

  /** Lets people join and write until there are so many accounts and records, as if over the day before. */
  async populate(accounts: number, records: number): Promise<void> {
    const startMs = this.#now() - dayMs
    while (this.#members.length < accounts) await this.#join(startMs)
    for (;;) {
      const done = this.#members.reduce((sum, { id }) => sum + this.#host.accounts.count(id), 0)
      if (done >= records || this.#active.length === 0) return
      const together = Math.min(records - done, 25)
      const atMs = (index: number) => startMs + (dayMs * (done + index)) / records
      await Promise.all(Array.from({ length: together }, (_, index) => this.#create(atMs(index))))
    }
  }

  /**
   * Does the next thing.
   *
   * @returns how many events that made; 0 when there was nothing to change, or it had just gone.
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

  /** Somebody writes twice, and the stream keeps quiet about the first time. @returns whether anybody was there. */
  async slip(): Promise<boolean> {
    if (this.#active.length === 0) return false
    const author = this.#random.pick(this.#active)
    try {
      for (const isLost of [true, false])
        await this.#host.write(author.did, this.#writing.reintroduce(author, this.#now()), { isLost })
      return true
    } catch (error) {
      if (!(error instanceof InvalidError)) throw error
      this.#meet()
      return false
    }
  }

  async #step(atMs: number): Promise<number> {
    const room = this.#members.length + this.#joining < this.#maxAccounts
    const away = this.#members.filter(({ status }) => status === 'deactivated')
    if (this.#active.length === 0) {
      if (away.length > 0) return this.#comeBack(away)
      if (room) return this.#join(atMs)
      this.#meet()
      return 0
    }
    switch (this.#random.pick(habits)) {
      case 'join':
        return room ? this.#join(atMs) : this.#create(atMs)
      case 'rename':
        return this.#rename()
      case 'leave':
        return away.length < this.#members.length / 2 ? this.#leave() : this.#create(atMs)
      case 'come back':
        return away.length > 0 ? this.#comeBack(away) : this.#create(atMs)
      case 'remove':
        return this.#write((author) => this.#writing.remove(author))
      case 'edit':
        return this.#write((author) => this.#writing.edit(author, this.#active, atMs))
      case 'create':
        return this.#create(atMs)
    }
  }

  #create(atMs: number): Promise<number> {
    return this.#write((author) => this.#writing.create(author, this.#active, atMs))
  }

  async #write(plan: (author: Account) => readonly Write[]): Promise<number> {
    const author = this.#random.pick(this.#active)
    const writes = plan(author)
    if (writes.length === 0) return 0
    await this.#host.write(author.did, writes)
    return 1
  }

  async #join(atMs: number): Promise<number> {
    this.#joining++
    try {
      const account = await this.#host.createAccount(createName(this.#random))
      await this.#host.write(account.did, this.#writing.introduce(account, atMs))
    } finally {
      this.#joining--
    }
    this.#meet()
    return 5
  }

  async #rename(): Promise<number> {
    await this.#host.updateHandle(this.#random.pick(this.#active).did, createName(this.#random))
    this.#meet()
    return 1
  }

  async #leave(): Promise<number> {
    await this.#host.setStatus(this.#random.pick(this.#active).did, 'deactivated')
    this.#meet()
    return 1
  }

  async #comeBack(away: readonly Account[]): Promise<number> {
    await this.#host.setStatus(this.#random.pick(away).did, 'active')
    this.#meet()
    return 3
  }

  /** Looks who is there, as accounts change by other hands as well. */
  #meet(): void {
    this.#members = this.#host.accounts.list().filter(({ status }) => status !== 'deleted')
    this.#active = this.#members.filter(({ status }) => status === 'active')
  }
}

/** What people do, each as often as it stands here among 500. */
const habits = (
  [
    ['join', 2],
    ['rename', 3],
    ['leave', 2],
    ['come back', 4],
    ['remove', 50],
    ['edit', 40],
    ['create', 399],
  ] as const
).flatMap(([habit, often]) => Array.from({ length: often }, () => habit))

const dayMs = 24 * 60 * 60 * 1000
