import { randomInt } from 'node:crypto'
import type { BackfillEntry } from '../../model/backfill.ts'
import { encodeBackfillEntry } from '../../model/backfill-bytes.ts'
import { type Clock, steadyClock } from '../../model/clock.ts'
import type { Did } from '../../model/did.ts'
import { InvalidError, RateLimitedError } from '../../model/errors.ts'
import type { Backoff } from '../../model/repeat.ts'
import type { Job, Queue } from '../../state/queue/queue.ts'
import { Workers } from '../../state/queue/workers.ts'
import type { RepoState, Storage } from '../../state/storage/storage.ts'
import { firehoseBackfill, type Streams } from '../../state/streams/streams.ts'
import { identityQueue, lookUpGroup, lookUpGroups } from './queues.ts'

/** Knows what DID documents say, as `Identity` of net/identity does. */
export interface Documents {
  /**
   * @param options.refresh asks again even if the answer is known.
   * @throws {InvalidError} when there is no such DID, or its document cannot be used.
   * @throws {UpstreamError} when there is no answer.
   */
  resolve(
    did: Did,
    options: { readonly refresh: boolean; readonly signal: AbortSignal },
  ): Promise<{ readonly signingKey: string; readonly handle?: string }>

  /** Whether a handle points back to the DID that claims it; `unknown` where nobody answers. Does not throw. */
  verifyHandle(did: Did, handle: string, signal: AbortSignal): Promise<'valid' | 'invalid' | 'unknown'>

  /** When the directory of `did:plc` may be asked again, in ms since 1970; undefined when it may be asked now. */
  readonly blockedUntilMs: number | undefined
}

export interface LookUpsOptions {
  readonly queue: Pick<
    Queue,
    'take' | 'ready' | 'renew' | 'hold' | 'heldUntilMs' | 'retry' | 'complete' | 'bury' | 'totals' | 'find'
  >
  readonly documents: Documents
  readonly storage: Pick<Storage, 'getRepo'>
  readonly streams: Pick<Streams, 'append' | 'acknowledged'>
  /** The consumer group that applies the stream `firehose_backfill`. */
  readonly group: string
  /** After the first answer that does not fit the events that wait, in ms; it doubles with each further one. @default 1_000 */
  readonly firstMs?: number
  /** The longest pause, in ms. @default 5 minutes */
  readonly maxMs?: number
  /**
   * After so many answers that do not fit, the events are refused. Only answers count: a directory that is silent, or
   * says that it is asked too often, says nothing about one DID, and is waited for without end. @default 11, which with the pauses above takes ten minutes at least
   */
  readonly maxAnswers?: number
  /**
   * Until a DID that nobody has answered for is asked about again, in ms. Where the host is its own, it doubles with
   * each further time, and `maxAnswers` silences count as answers that do not fit. @default 10_000
   */
  readonly silenceMs?: number
  /** The longest pause after silence, in ms. @default 1 hour, so that a host has three hours to come back */
  readonly maxSilenceMs?: number
  /** Until a handle is looked at again that nobody could say anything about, in ms. @default 1 hour */
  readonly unknownHandleMs?: number
  readonly leaseMs?: number
  readonly backoff?: Backoff
  /** @default steadyClock */
  readonly now?: Clock
  /** Called when events that wait are refused, since no key was found that fits. Must not throw. */
  readonly onGiveUp?: (did: Did) => void
  /** Called when the queue, the storage or a stream fails, after which the job is done again. Must not throw. */
  readonly onError?: (error: unknown) => void
}

/**
 * Looks DIDs up: finds the keys that events wait for, and the handles. One DID that cannot be looked up holds up its
 * own events only; a directory that does not answer is asked less often, and no event is refused because of that.
 */
export class LookUps {
  readonly #options: LookUpsOptions & Required<Pick<LookUpsOptions, keyof typeof defaults>>
  readonly #workers: Workers

  constructor(options: LookUpsOptions) {
    this.#options = { ...defaults, ...options }
    this.#workers = new Workers({
      ...this.#options,
      name: identityQueue,
      concurrency: Object.values(places).reduce((sum, number) => sum + number),
      perGroup: (group) => places[group] ?? 1,
      work: (job, _claim, signal) => this.#work(job, signal),
    })
  }

  /** DIDs that are being looked up. */
  get running(): number {
    return this.#workers.running
  }

  /** Runs until `signal` aborts, and everything that was begun has ended. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#workers.run(signal)
  }

  async #work(job: Job, signal: AbortSignal): Promise<void> {
    const did = job.key as Did
    let document: { readonly signingKey?: string; readonly handle?: string }
    // The document was looked up just before: for the run that fetched a newcomer, or by the job itself.
    const refresh = job.group !== lookUpGroups.handle
    try {
      document = await this.#options.documents.resolve(did, { refresh, signal })
    } catch (error) {
      if (!(error instanceof InvalidError)) return await this.#silence(job, error, signal)
      document = {}
    }
    if (!(await this.#releaseHeld(job, document.signingKey, signal))) return
    if (document.handle !== undefined && job.group !== lookUpGroups.handle) {
      // Whoever runs the host of a handle may take their time: not that of those who need a key.
      const { queue, now } = this.#options
      await queue.retry(job, { dueMs: now(), group: lookUpGroups.handle, counts: false })
      return
    }
    await this.#setHandle(job, document.handle, signal)
  }

  /** @returns false where the job is to be done again, and nothing more now. */
  async #releaseHeld(job: Job, signingKey: string | undefined, signal: AbortSignal): Promise<boolean> {
    const { storage, queue, maxAnswers, onGiveUp, now } = this.#options
    const did = job.key as Did
    if (!holdsUnverified(await storage.getRepo(did))) return true
    if (signingKey !== undefined) {
      await this.#append({ kind: 'key', did, signingKey, isFinal: false }, signal)
      if (!holdsUnverified(await storage.getRepo(did))) return true
    }
    if (job.attempts + 1 >= maxAnswers) {
      await this.#append({ kind: 'key', did, ...(signingKey && { signingKey }), isFinal: true }, signal)
      onGiveUp(did)
      return true
    }
    const error = signingKey === undefined ? 'it has no key' : 'its key does not fit the events that wait'
    const { firstMs, maxMs } = this.#options
    const dueMs = now() + pauseMs(job.attempts, firstMs, maxMs)
    await queue.retry(job, { dueMs, error, group: lookUpGroup(did, job.attempts + 1) })
    return false
  }

  async #setHandle(job: Job, claimed: string | undefined, signal: AbortSignal): Promise<void> {
    const { storage, queue, documents, unknownHandleMs, now } = this.#options
    const did = job.key as Did
    const verdict = claimed === undefined ? 'invalid' : await documents.verifyHandle(did, claimed, signal)
    const handle = claimed !== undefined && verdict === 'valid' ? claimed : invalidHandle
    const repo = await storage.getRepo(did)
    if (repo !== undefined && repo.handle !== handle)
      await this.#append({ kind: 'handle', did, handle }, signal)
    if (verdict !== 'unknown') {
      await queue.complete(job)
      return
    }
    const dueMs = now() + (signal.aborted ? 0 : unknownHandleMs)
    await queue.retry(job, {
      dueMs,
      error: `nobody says whose handle ${claimed} is`,
      group: job.group,
      counts: false,
    })
  }

  async #append(entry: BackfillEntry, signal: AbortSignal): Promise<void> {
    const { streams, group } = this.#options
    const id = await streams.append(firehoseBackfill, [encodeBackfillEntry(entry)])
    await streams.acknowledged(firehoseBackfill, group, id, signal)
    signal.throwIfAborted()
  }

  /** Nobody has answered, so that nothing is known of this DID. */
  async #silence(job: Job, error: unknown, signal: AbortSignal): Promise<void> {
    const { queue, documents, silenceMs, now, maxAnswers } = this.#options
    const did = job.key as Did
    const problem = error instanceof Error ? error.message : String(error)
    const askedLaterMs = error instanceof RateLimitedError ? (error.retryAfterMs ?? 0) : 0
    if (signal.aborted) {
      await queue.retry(job, { dueMs: now(), group: job.group, counts: false })
    } else if (did.startsWith('did:plc:')) {
      // It is no attempt: a directory that does not answer says nothing about one of its DIDs.
      const untilMs = documents.blockedUntilMs
      if (untilMs !== undefined)
        for (const group of plcGroups) await queue.hold(identityQueue, group, untilMs)
      const dueMs = Math.max(untilMs ?? 0, now() + (askedLaterMs || silenceMs))
      const group = lookUpGroup(did, untilMs === undefined ? 1 : 0)
      await queue.retry(job, { dueMs, error: problem, group, counts: false })
    } else if (job.attempts + 1 >= maxAnswers) {
      if (await this.#releaseHeld(job, undefined, signal)) await queue.complete(job)
    } else {
      const { maxSilenceMs } = this.#options
      const dueMs = now() + Math.max(askedLaterMs, pauseMs(job.attempts, silenceMs, maxSilenceMs))
      await queue.retry(job, { dueMs, error: problem, group: lookUpGroup(did, job.attempts + 1) })
    }
  }
}

/** How long to wait after so many attempts, in ms. A fifth of it is left to chance. */
function pauseMs(attempts: number, firstMs: number, maxMs: number): number {
  return (Math.min(maxMs, firstMs * 2 ** attempts) * (900 + randomInt(200))) / 1000
}

/** Whether events wait that are not just waiting for the end of a sync run. */
function holdsUnverified(repo: RepoState | undefined): boolean {
  return repo !== undefined && (repo.held ?? 0) > 0 && repo.content !== 'syncing'
}

/** What is shown where no handle is known to be right (https://atproto.com/specs/handle). */
const invalidHandle = 'handle.invalid'

/**
 * How many are looked up at a time. First tries at hosts that strangers chose are short (net/identity), and may all be in
 * vain: as many places as a flood of them needs.
 */
const places: Readonly<Record<string, number>> = {
  [lookUpGroups.plc]: 16,
  [lookUpGroups.plcAgain]: 16,
  [lookUpGroups.web]: 256,
  [lookUpGroups.webSecond]: 128,
  [lookUpGroups.webAgain]: 64,
  [lookUpGroups.handle]: 32,
}

/** Groups that are asked about at the directory of `did:plc`. */
const plcGroups = [lookUpGroups.plc, lookUpGroups.plcAgain]

const defaults = {
  firstMs: 1_000,
  maxMs: 300_000,
  maxAnswers: 11,
  silenceMs: 10_000,
  maxSilenceMs: 3_600_000,
  unknownHandleMs: 3_600_000,
  now: steadyClock,
  onGiveUp: () => {},
  onError: () => {},
}
