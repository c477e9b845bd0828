import assert from 'node:assert/strict'
import type { Random } from '../../../demo/random.ts'
import type { BackfillEntry, BackfillRecord } from '../../../model/backfill.ts'
import { encodeBackfillEntry } from '../../../model/backfill-bytes.ts'
import type { RepoEvent } from '../../../model/event.ts'
import { encodeEvent } from '../../../model/event-bytes.ts'
import { desyncReasons } from '../../../model/repo.ts'
import { firehoseBackfill, firehoseLive } from '../../../state/streams/streams.ts'
import { Indexer } from '../indexer.ts'
import { alice } from './events.ts'
import { ModelHost, record, rootOf, type Snapshot } from './model-host.ts'
import { unverified, verifyFrame } from './steps.ts'
import { Fuse, type World } from './world.ts'

/**
 * A random life of one repo between a host and the indexer: events that are lost, come twice, in the wrong order, wait
 * for keys or are refused; sync runs that fetch at any moment; processes that die at any step.
 */
export class History {
  readonly #world: World
  readonly #random: Random
  readonly #host: ModelHost
  #streams: ReturnType<World['streams']>
  #indexer: Indexer
  #fuse = new Fuse(Number.POSITIVE_INFINITY, false)
  #clock = 0
  #tickets = 0
  #lastLive = 0
  /** An event that comes later than the one after it. */
  #late: RepoEvent | undefined
  #run: Run | undefined
  /** What the sync runs are told by the host, or a mirror of it that is late. */
  readonly #isMirrored: boolean
  readonly #limits: { readonly events: number; readonly bytes: number }
  #failure: unknown
  /** Events that were indexed since the last look. */
  readonly #applied: RepoEvent[] = []
  /** The newest revision that was verified, or that the host had at a gap. */
  #known = ''
  #gapRev = ''
  /** The newest of all that was said of the account, and after which live entry; undefined where that is not known. */
  #word: Word | undefined
  /** What the host has said of the account when it was asked, and nobody has told yet. */
  readonly #answers: Word[] = []
  /** Whether the repo was removed since the last look, so that nothing is known of what was before. */
  #isRemoved = false
  /** What was said and done, for the report of a failure. */
  readonly #log: (string | RepoEvent | BackfillEntry)[] = []

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
    this.#host = new ModelHost(random)
    this.#isMirrored = random.int(5) === 0
    this.#limits = { events: random.int(5) === 0 ? 3 : 2000, bytes: 8_000_000 }
    this.#streams = world.streams()
    this.#indexer = this.#start()
  }

  get report(): string {
    return this.#log.map(describe).join('\n')
  }

  /** Lives for so many steps. */
  async live(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      const chance = this.#random.next()
      if (chance < 0.5) await this.#hear(this.#host.act())
      else if (chance < 0.68) await this.#sync()
      else if (chance < 0.74) await this.#other()
      else await this.#index()
    }
  }

  /** The host falls silent, and one run is let alone: after it everything is known. */
  async settle(): Promise<void> {
    const [awakening, commit] = this.#host.settle()
    assert(awakening && commit)
    const said = this.#ask()
    if (this.#random.int(2) === 0 && (await this.#isKnown())) await this.#answer(said)
    else await this.#append(awakening)
    if (this.#random.int(2) === 0) await this.#append(commit)
    await this.#index(false)
    // What the host had said before does not count any more. Of two answers after the same entry nothing tells the order.
    const word = this.#word?.after ?? 0
    for (const answer of this.#answers.splice(0)) if (answer.after < word) await this.#answer(answer)
    await this.#index(false)
    const ticket = this.#newTicket()
    await this.#tell({ kind: 'begin', did: alice, ticket })
    await this.#index(false)
    const snapshot = this.#host.repo
    assert(snapshot)
    for (const entry of await this.#fetched(ticket, snapshot)) await this.#tell(entry)
    await this.#index(false)
    const { repo, content } = await this.#world.look()
    assert.equal(repo?.status, 'synced')
    assert.equal(repo.rev, snapshot.rev)
    assert.deepEqual(content, snapshot.content)
    assert.equal(repo.held ?? 0, 0)
    const found = await this.#world.found()
    if (found !== undefined) assert.deepEqual(found, [...content.keys()].sort())
  }

  #start(): Indexer {
    const { storage, search } = this.#world
    const fuse = this.#fuse
    const streams = this.#streams
    return new Indexer({
      streams: {
        read: (...all) => streams.read(...all),
        readable: (...all) => streams.readable(...all),
        acknowledge: (...all) => fuse.step(() => streams.acknowledge(...all)),
      },
      storage: {
        repos: (...all) => storage.repos(...all),
        held: (...all) => storage.held(...all),
        withHeld: (...all) => storage.withHeld(...all),
        heldBeyond: (...all) => storage.heldBeyond(...all),
        apply: (changes) =>
          fuse.step(async () => {
            await storage.apply(changes)
            await this.#check()
          }),
      },
      search: { apply: (changes) => fuse.step(() => search.apply(changes)) },
      verifyFrame,
      limits: this.#limits,
      batchEntries: 1 + this.#random.int(6),
      now: () => ++this.#clock,
      onError: (kind, error) => {
        if (kind === 'unexpected') this.#failure ??= error
      },
    })
  }

  /** What is said to be synced is what the host had at that revision; and a base is what it says. */
  async #check(): Promise<void> {
    const { repo, content } = await this.#world.look()
    if (repo?.data !== undefined) assert.equal(rootOf(content), repo.data, 'what is stored is not the tree')
    if (repo?.content !== 'synced') return
    const snapshot = this.#host.at(repo.rev ?? '')
    assert.deepEqual(content, snapshot?.content)
    assert.equal(repo.data, snapshot?.data)
    assert.equal(repo.desync, undefined)
  }

  /** What has been applied was known, and what is said to be synced is no older than that. */
  async #checkKnown(): Promise<void> {
    const { repo } = await this.#world.look()
    for (const { kind, ...event } of this.#applied.splice(0)) {
      // What was deleted begins again.
      if (kind === 'account' && 'active' in event && !event.active) this.#known = ''
      if ((kind === 'commit' || kind === 'sync') && 'rev' in event && event.rev > this.#known)
        this.#known = event.rev
    }
    if (this.#isRemoved || repo?.status === 'deleted') this.#known = ''
    if (this.#isRemoved) this.#word = undefined
    if (repo !== undefined && this.#word !== undefined)
      assert.equal(
        repo.status,
        this.#word.active ? repo.content : this.#word.status,
        'as the host has said last',
      )
    this.#isRemoved = false
    if (repo?.content === 'desync' && this.#gapRev > this.#known) this.#known = this.#gapRev
    this.#gapRev = ''
    // A mirror that is late may bring something older than what was heard of before a gap.
    if (this.#isMirrored || repo?.content !== 'synced' || (repo.held ?? 0) > 0) return
    assert((repo.rev ?? '') >= this.#known, `synced at ${repo.rev}, and ${this.#known} is known`)
  }

  async #hear(events: readonly RepoEvent[]): Promise<void> {
    for (const event of events) {
      const chance = this.#random.next()
      const late = this.#late
      this.#late = undefined
      if (chance < 0.1) this.#log.push('lost:', event)
      else if (chance < 0.16) await this.#append(event, event)
      else if (chance < 0.2 && late === undefined) this.#late = event
      else if (event.kind !== 'commit' && event.kind !== 'sync') await this.#append(event)
      else if (chance < 0.25) {
        const { did, seq, timeMs, rev } = event
        await this.#append({ kind: 'rejected', did, seq, timeMs, rev, reason: 'rejected' })
      } else if (chance < 0.4) await this.#append(unverified(event, `${this.#host.key}`))
      else await this.#append(event)
      if (late !== undefined) await this.#append(late)
    }
  }

  /** The next step of a run, or a new one; the one before is forgotten now and then, as by a crash. */
  async #sync(): Promise<void> {
    const run = this.#run
    if (run === undefined || this.#random.int(8) === 0) {
      const ticket = this.#newTicket()
      this.#run = { ticket, entries: undefined }
      await this.#tell({ kind: 'begin', did: alice, ticket })
      // It is acknowledged before the host is asked.
      await this.#index()
      return
    }
    if (run.entries === undefined) {
      if ((await this.#world.look()).repo?.run?.ticket !== run.ticket) {
        this.#run = undefined
        return
      }
      const snapshot = this.#isMirrored ? this.#host.earlier() : this.#host.repo
      const hasFailed = snapshot === undefined || this.#random.int(6) === 0
      run.entries = hasFailed
        ? [{ kind: 'abort', did: alice, ticket: run.ticket, isFinal: this.#random.int(3) === 0 }]
        : [...(await this.#fetched(run.ticket, snapshot))]
      return
    }
    const next = run.entries.shift()
    if (next === undefined) this.#run = undefined
    else await this.#tell(next)
  }

  /** What a run brings of a tree: all of it in parts, or the difference. */
  async #fetched(ticket: string, { rev, data, content }: Snapshot): Promise<readonly BackfillEntry[]> {
    const base = { did: alice, ticket, rev, data } as const
    const stored = (await this.#world.look()).content
    if (this.#random.int(2) === 0) {
      const changed = [...content].filter(([path, cid]) => stored.get(path) !== cid)
      const deletes = [...stored.keys()].filter((path) => !content.has(path)).map(addressOf)
      return [{ ...base, kind: 'end', staged: false, puts: changed.map(recordOf), deletes }]
    }
    const staged = await this.#world.storage.staged(alice)
    const after = staged?.data === data ? staged.lastPath : ''
    const records = [...content].sort(([a], [b]) => (a < b ? -1 : 1)).filter(([path]) => path > after)
    const at = this.#random.int(records.length + 1)
    const parts = [records.slice(0, at), records.slice(at)]
    return [
      ...parts.map((puts): BackfillEntry => ({ ...base, kind: 'part', puts: puts.map(recordOf) })),
      { ...base, kind: 'end', staged: true, puts: [], deletes: [] },
    ]
  }

  async #other(): Promise<void> {
    const chance = this.#random.next()
    const askedMs = ++this.#clock
    if (chance < 0.3) {
      const signingKey = `${Math.max(1, this.#host.key - this.#random.int(2))}`
      await this.#tell({ kind: 'key', did: alice, signingKey, isFinal: this.#random.int(3) === 0 })
    } else if (chance < 0.6) {
      await this.#tell({
        kind: 'lapse',
        dids: [alice],
        reason: this.#random.pick(desyncReasons),
        after: this.#lastLive,
      })
    } else if (chance < 0.65) {
      await this.#tell({ kind: 'remove', did: alice })
    } else if (chance < 0.85) {
      this.#answers.push(this.#ask())
      // It is told at once, or later, perhaps when something newer is known.
      if (this.#random.int(2) === 0 && (await this.#isKnown())) {
        const [answer] = this.#answers.splice(this.#random.int(this.#answers.length), 1)
        if (answer !== undefined) await this.#answer(answer)
      }
    } else if (this.#host.repo !== undefined) {
      const { rev } = this.#host.repo
      if (this.#random.int(2) === 0) await this.#index()
      await this.#tell({ kind: 'confirm', askedMs, repos: [{ did: alice, rev }] })
    }
  }

  /** Indexes what is there, unless the process dies first. */
  async #index(mayDie = true): Promise<void> {
    if (mayDie && this.#random.int(3) === 0) {
      this.#log.push('a process that will die')
      this.#restart(new Fuse(1 + this.#random.int(8), this.#random.int(2) === 0))
    }
    const running = this.#indexer.run(AbortSignal.abort())
    let isDead = false
    await Promise.race([running, this.#fuse.blown.then(() => (isDead = true))])
    if (this.#failure !== undefined) throw this.#failure
    this.#log.push(isDead ? 'died' : 'indexed')
    if (!isDead) {
      await this.#checkKnown()
      return
    }
    this.#restart(new Fuse(Number.POSITIVE_INFINITY, false))
    if (!mayDie || this.#random.int(2) === 0) await this.#index(false)
  }

  #restart(fuse: Fuse): void {
    this.#fuse = fuse
    this.#streams = this.#world.streams()
    this.#indexer = this.#start()
  }

  async #append(...events: readonly RepoEvent[]): Promise<void> {
    this.#log.push(...events)
    this.#applied.push(...events)
    for (const event of events) {
      this.#lastLive = await this.#streams.append(firehoseLive, [encodeEvent(event)])
      if (event.kind !== 'account') continue
      const { active, status = 'active' } = event
      this.#word = { active, status, after: this.#lastLive }
    }
  }

  /** Asks the host what it says of the account. */
  #ask(): Word {
    return { ...this.#host.account, after: this.#lastLive }
  }

  async #answer({ active, status, after }: Word): Promise<void> {
    if (after >= (this.#word?.after ?? 0)) this.#word = { active, status, after }
    await this.#tell({ kind: 'account', did: alice, after, active, status })
  }

  /** Whether there is a repo that an answer can be about. */
  async #isKnown(): Promise<boolean> {
    return !this.#isRemoved && (await this.#world.look()).repo !== undefined
  }

  async #tell(entry: BackfillEntry): Promise<void> {
    this.#log.push(entry)
    if (entry.kind === 'lapse') this.#gapRev = this.#host.rev
    if (entry.kind === 'remove') this.#isRemoved = true
    await this.#streams.append(firehoseBackfill, [encodeBackfillEntry(entry)])
  }

  #newTicket(): string {
    return `ticket${++this.#tickets}`
  }
}

interface Run {
  readonly ticket: string
  /** What it has left to say; undefined before it has fetched. */
  entries: BackfillEntry[] | undefined
}

/** What a host says of an account, after a live entry. */
interface Word {
  readonly active: boolean
  readonly status: string
  readonly after: number
}

function addressOf(path: string) {
  const [collection = '', rkey = ''] = path.split('/')
  return { collection, rkey }
}

function recordOf([path, cid]: readonly [path: string, cid: string]): BackfillRecord {
  return { ...addressOf(path), cid, bytes: record }
}

function describe(entry: string | RepoEvent | BackfillEntry): string {
  return typeof entry === 'string'
    ? entry
    : JSON.stringify(entry, (key, value) =>
        ['did', 'seq', 'timeMs', 'frame', 'record', 'bytes', 'collection'].includes(key) ? undefined : value,
      )
}
