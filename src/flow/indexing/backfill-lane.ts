import type { BackfillEntry, ConfirmStep, LapseStep } from '../../model/backfill.ts'
import { decodeBackfillEntry } from '../../model/backfill-bytes.ts'
import type { Did } from '../../model/did.ts'
import { firehoseBackfill, type Streams } from '../../state/streams/streams.ts'
import { isFatal } from './faults.ts'
import type { Step } from './take-step.ts'
import type { WaitingEvents } from './waiting-events.ts'
import type { Writer } from './writer.ts'

export interface BackfillLaneOptions {
  readonly streams: Pick<Streams, 'read' | 'acknowledge'>
  readonly writer: Writer
  readonly waiting: WaitingEvents
  readonly group: string
  readonly isUntracked: (did: Did) => boolean
  /** Called for each entry that is skipped. */
  readonly onSkip: (error: unknown) => void
}

/** How far the live events have been applied. */
export interface LiveProgress {
  /** The last entry that was applied since the start. */
  readonly applied: number
  /** Whether there was nothing more when the stream was last read. */
  readonly isAtEnd: boolean
}

/**
 * Applies the stream of sync runs, and the events that have waited, in slices that are short enough for live events to
 * wait for. An entry may be acknowledged once nothing is left to do for it.
 */
export class BackfillLane {
  readonly #options: BackfillLaneOptions
  readonly #entries: Entry[] = []
  /** How many of the repos that the first entry names are done. */
  #reposDone = 0
  /** How many of the first entries are applied alone, since one of them has spoilt a batch. */
  #alone = 0
  /** The first entry, if it has to wait for live events. */
  #deferred: Entry | undefined
  #applied = 0
  #acknowledged = 0

  constructor(options: BackfillLaneOptions) {
    this.#options = options
  }

  /** Does one slice. @returns whether there was something to do. @throws what is worth trying again. */
  async turn(live: LiveProgress): Promise<boolean> {
    if (await this.#options.waiting.turn()) return true
    if (this.#entries.length === 0) await this.#read()
    const [first] = this.#entries
    if (first === undefined) return false
    const { entry } = first
    if (this.#mustWait(first, live)) return true
    if (entry.kind === 'lapse' || entry.kind === 'confirm') await this.#many(entry)
    else if (entry.kind !== 'key') await this.#batch()
    else {
      if (this.#isTracked(entry)) this.#options.waiting.verify(entry)
      this.#done(1)
    }
    return true
  }

  /** Acknowledges what nothing is left to do for. */
  async acknowledge(): Promise<void> {
    const { streams, group, waiting } = this.#options
    if (this.#applied === this.#acknowledged || waiting.isBusy) return
    await streams.acknowledge(firehoseBackfill, group, this.#applied)
    this.#acknowledged = this.#applied
  }

  #mustWait(first: Entry, { applied, isAtEnd }: LiveProgress): boolean {
    const after = afterOf(first.entry)
    // What is at its end may have got more since, unless this was read before.
    const isReached = applied >= after || (isAtEnd && this.#deferred === first)
    this.#deferred = first
    return !isReached
  }

  async #read(): Promise<void> {
    const { streams, group, onSkip } = this.#options
    for (const { id, payload } of await streams.read(firehoseBackfill, group, entriesPerRead)) {
      try {
        this.#entries.push({ id, bytes: payload.length, entry: decodeBackfillEntry(payload) })
      } catch (error) {
        onSkip(error)
        const last = this.#entries.at(-1)
        if (last === undefined) this.#applied = id
        else last.id = id
      }
    }
  }

  /** An entry that names many repos, some of them at a time. */
  async #many(entry: LapseStep | ConfirmStep): Promise<void> {
    const { writer, isUntracked } = this.#options
    const end = this.#reposDone + reposPerSlice
    const all = entry.kind === 'lapse' ? entry.dids : entry.repos.map(({ did }) => did)
    const dids = all.slice(this.#reposDone, end).filter((did) => !isUntracked(did))
    const kept = new Set(dids)
    await writer.write(dids, (plan) => {
      if (entry.kind === 'lapse') plan.step({ ...entry, dids })
      else
        plan.step({
          ...entry,
          repos: entry.repos.slice(this.#reposDone, end).filter(({ did }) => kept.has(did)),
        })
    })
    this.#reposDone = end
    if (end >= all.length) this.#done(1)
  }

  /** Several entries, each of another repo, as far as a slice reaches. */
  async #batch(): Promise<void> {
    const { onSkip, writer, waiting } = this.#options
    const taken = this.#take()
    const steps = taken.filter((step) => this.#isTracked(step) || step.kind === 'end')
    const dids = steps.map(({ did }) => did)
    try {
      const plan = await writer.write(dids, (plan) => {
        for (const step of steps) {
          if (this.#isTracked(step)) plan.step(step)
          else if (step.kind === 'end') plan.notices.ends.push([step.did, step.ticket, 'void'])
        }
      })
      waiting.soon(plan.drains)
      this.#done(taken.length)
    } catch (error) {
      if (!isFatal(error)) throw error
      if (taken.length > 1) this.#alone = taken.length
      else {
        onSkip(error)
        const [step] = steps
        // Without one of its parts a run is nothing.
        if (step?.kind === 'part' || step?.kind === 'end') await this.#abort(step)
        this.#done(1)
      }
    }
  }

  async #abort({ kind, did, ticket }: Extract<RepoStep, { readonly ticket: string }>): Promise<void> {
    const { writer, waiting } = this.#options
    const plan = await writer.write([did], (plan) => {
      plan.step({ kind: 'abort', did, ticket, isFinal: false })
      if (kind === 'end') plan.notices.ends.push([did, ticket, 'void'])
    })
    waiting.soon(plan.drains)
  }

  /** The first entries, as many as make one slice and are each of another repo, or parts that follow one another. */
  #take(): readonly RepoStep[] {
    const steps: RepoStep[] = []
    const dids = new Map<Did, RepoStep>()
    let bytes = 0
    let records = 0
    for (const { entry, bytes: size } of this.#entries) {
      if (entry.kind === 'lapse' || entry.kind === 'confirm' || entry.kind === 'key') break
      // One that has to wait for live events does so as the first.
      if (steps.length > 0 && afterOf(entry) > 0) break
      bytes += size
      records += 'puts' in entry ? entry.puts.length + ('deletes' in entry ? entry.deletes.length : 0) : 1
      const isFull = bytes > bytesPerSlice || records > recordsPerSlice || this.#alone > 0
      // What comes before the end of a run must be acknowledged before it, or it would begin again after a crash.
      if (steps.length > 0 && (isFull || !mayFollow(entry, dids.get(entry.did)))) break
      dids.set(entry.did, entry)
      steps.push(entry)
    }
    return steps
  }

  #done(entries: number): void {
    const done = this.#entries.splice(0, entries)
    this.#applied = done.at(-1)?.id ?? this.#applied
    this.#alone = Math.max(0, this.#alone - entries)
    this.#reposDone = 0
  }

  #isTracked({ kind, did }: { readonly kind: BackfillEntry['kind']; readonly did: Did }): boolean {
    return kind === 'remove' || !this.#options.isUntracked(did)
  }
}

interface Entry {
  /** The entry is acknowledged up to here. */
  id: number
  readonly bytes: number
  readonly entry: BackfillEntry
}

/** The entry of the stream of live events that is applied before this one. */
function afterOf(entry: BackfillEntry): number {
  return entry.kind === 'lapse' || entry.kind === 'account' ? (entry.after ?? 0) : 0
}

/** A step that is about one repo. */
type RepoStep = Exclude<Step, { readonly kind: 'lapse' | 'confirm' }>

/** Whether a step can be applied together with the one before it of the same repo. */
function mayFollow(step: RepoStep, before: RepoStep | undefined): boolean {
  if (before === undefined) return true
  const areParts = step.kind === 'part' && before.kind === 'part'
  return areParts && step.ticket === before.ticket && step.data === before.data
}

const entriesPerRead = 16
const reposPerSlice = 500
const recordsPerSlice = 600
const bytesPerSlice = 1_100_000
