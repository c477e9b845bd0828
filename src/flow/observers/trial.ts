import type { ActionKind } from '../../model/action.ts'
import { isIn } from '../../model/collection-pattern.ts'
import type { Did } from '../../model/did.ts'
import { recordUri, type StoredRecord } from '../../model/record.ts'
import { type Steps, TimeSlices } from '../../model/time-slices.ts'
import { compileCondition } from './condition.ts'
import type { When } from './definition.ts'
import { LazyRecord, type ObservedEvent } from './observed-event.ts'
import { ObserverIndex, type Watching } from './observer-index.ts'
import type { ShownObserver } from './shown.ts'

/** What one observer would do about an event. */
export interface Verdict {
  readonly observer: string
  readonly matches: boolean
  /** The first part of its `when` that the event does not fulfil; absent where it matches. */
  readonly fails?: keyof When
  /** What would run, in order; none where it does not match. */
  readonly actions: readonly ActionKind[]
}

/** Judges an event by each observer, and runs nothing. */
export async function tryEvent(
  observers: readonly ShownObserver[],
  event: ObservedEvent,
): Promise<readonly Verdict[]> {
  const slices = new TimeSlices()
  const verdicts: Verdict[] = []
  for (const { name, when, actions } of observers) {
    const fails = await slices.run(failingPart(when, event))
    verdicts.push({
      observer: name,
      matches: fails === undefined,
      ...(fails !== undefined && { fails }),
      actions: fails === undefined ? actions : [],
    })
  }
  return verdicts
}

function* failingPart(
  { collection, did, operation, record }: When,
  event: ObservedEvent,
): Steps<keyof When | undefined> {
  yield
  if (collection !== undefined && !isIn(collection, event.collection)) return 'collection'
  if (did !== undefined && !did.includes(event.did)) return 'did'
  if (operation !== undefined && !operation.includes(event.operation)) return 'operation'
  if (record === undefined) return undefined
  const { value } = new LazyRecord(event)
  return value !== undefined && (yield* compileCondition(record).steps(value)) ? undefined : 'record'
}

export interface ReplayOptions {
  readonly observers: readonly Watching[]
  /** Every record that is kept. */
  readonly records: AsyncIterable<StoredRecord>
  /** Whether the account of a repo is not shown: what is observed has nothing of it. Asked for those that match. */
  readonly isHidden: (did: Did) => Promise<boolean>
  /** Only records that were written here since then, in ms since 1970. */
  readonly sinceMs: number
  /** After so long, in ms, it says how far it has come. @default 20_000 */
  readonly forMs?: number
  /** After so long, in ms, others have a turn. @default 10 */
  readonly sliceMs?: number
  readonly signal?: AbortSignal
}

export interface Replay {
  /** Records that were judged. */
  readonly records: number
  /** Whether all of them were judged in the time there was. */
  readonly isComplete: boolean
  readonly observers: readonly Replayed[]
}

/** What would have come to one observer. */
export interface Replayed {
  readonly observer: string
  readonly events: number
  /** The first of them. */
  readonly examples: readonly string[]
}

/**
 * Judges the records that are kept as if each had just been created, and runs nothing. Updates and deletions are not
 * kept, so they are not told apart.
 */
export async function replay({
  observers,
  records,
  isHidden,
  sinceMs,
  forMs = 20_000,
  sliceMs,
  signal,
}: ReplayOptions): Promise<Replay> {
  const index = new ObserverIndex(observers)
  const found = new Map(observers.map(({ name }) => [name, { events: 0, examples: [] as string[] }]))
  const end = performance.now() + forMs
  const goesOn = () => performance.now() <= end && !signal?.aborted
  const slices = new TimeSlices(sliceMs)
  let judged = 0
  let isComplete = true
  for await (const record of records) {
    const isNew = record.indexedAtMs >= sinceMs
    const matching =
      goesOn() && (await slices.run(isNew ? index.matchInSteps(createdBy(record)) : nothing(), goesOn))
    if (!matching) {
      isComplete = false
      break
    }
    if (isNew) judged++
    if (matching.length === 0 || (await isHidden(record.did))) continue
    for (const { name } of matching) {
      const own = found.get(name)
      if (own === undefined) continue
      own.events++
      if (own.examples.length < mostExamples) own.examples.push(recordUri(record))
    }
  }
  return {
    records: judged,
    isComplete,
    observers: Array.from(found, ([observer, own]) => ({ observer, ...own })),
  }
}

/** The event that has brought a record, as far as that is known. */
export function createdBy({
  did,
  collection,
  rkey,
  rev,
  cid,
  bytes,
  indexedAtMs,
}: StoredRecord): ObservedEvent {
  return { operation: 'create', did, collection, rkey, rev, timeMs: indexedAtMs, cid, bytes }
}

/** What is too old takes a step as well, since there may be very much of it. */
function* nothing(): Steps<readonly never[]> {
  yield
  return []
}

const mostExamples = 10
