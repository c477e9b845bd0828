import { setImmediate } from 'node:timers/promises'
import { collectionMatcher, compareFilters } from '../flow/ingest/collections.ts'
import type { KeptRepos } from '../flow/ingest/kept-repos.ts'
import type { BackfillEntry } from '../model/backfill.ts'
import { encodeBackfillEntry } from '../model/backfill-bytes.ts'
import type { Did } from '../model/did.ts'
import type { Log } from '../model/log.ts'
import type { Search } from '../state/search/search.ts'
import type { Storage } from '../state/storage/storage.ts'
import { firehoseBackfill, firehoseLive, type Streams } from '../state/streams/streams.ts'

export interface FilterChangeOptions {
  readonly collections: readonly string[]
  readonly dids: readonly Did[]
  readonly kept: Pick<KeptRepos, 'has'>
  readonly stores: {
    readonly storage: Pick<Storage, 'note' | 'setNote' | 'listRepos' | 'prune'>
    readonly search: Pick<Search, 'prune'>
    readonly streams: Pick<Streams, 'append' | 'acknowledged'>
  }
  /** The consumer group that applies both streams. */
  readonly group: string
  readonly log: Log
  /** Resolves once the sync runs that chose by the filter of before have ended. @default there are none */
  readonly runsEnded?: () => Promise<void>
}

/**
 * Remembers that content is chosen by these collections from now on. Has to come first: were it only told at the end,
 * what a process that was killed had chosen by them would pass for chosen by those of before.
 */
export async function beginCollections(
  storage: Pick<Storage, 'note' | 'setNote'>,
  collections: readonly string[],
): Promise<void> {
  const begun = await begunCollections(storage)
  const isKnown = begun.some((patterns) => compareFilters(patterns, collections) === 'same')
  if (!isKnown) await storage.setNote(begunNote, JSON.stringify([...begun, collections]))
}

/** By what content may have been chosen since the last change was applied. */
async function begunCollections(storage: Pick<Storage, 'note'>): Promise<readonly (readonly string[])[]> {
  return JSON.parse((await storage.note(begunNote)) ?? '[]')
}

const begunNote = 'collections.begun'

/**
 * Compares the filters with those that the content was kept by. Where more is to be kept, repos are fetched again;
 * where less is, the rest is removed. What is remembered is remembered at the end, so that a kill repeats it.
 */
export async function applyFilterChanges(options: FilterChangeOptions, signal: AbortSignal): Promise<void> {
  await applyDids(options, signal)
  await applyCollections(options, signal)
}

async function applyCollections(options: FilterChangeOptions, signal: AbortSignal): Promise<void> {
  const { collections, log, stores } = options
  const { storage } = stores
  const note = await storage.note('collections')
  const before: readonly string[] = note === undefined ? collections : JSON.parse(note)
  const begun = await begunCollections(storage)
  const changes = [before, ...begun].map((patterns) => compareFilters(patterns, collections))
  if (changes.some((change) => change === 'wider' || change === 'other')) {
    // What the stream has brought so far was filtered by the old filter, and proves nothing.
    const after = await stores.streams.append(firehoseLive, [])
    const repos = await forEachRepo(options, signal, (dids) => ({
      kind: 'lapse',
      dids,
      reason: 'filter',
      after,
    }))
    if (repos > 0)
      log.info('more collections are kept than before: what is synced is fetched again', { repos })
  }
  if (changes.some((change) => change === 'narrower' || change === 'other')) {
    log.info('fewer collections are kept than before: records of the others are removed')
    await options.runsEnded?.()
    signal.throwIfAborted()
    await applied(options, signal)
    const keeps = collectionMatcher(collections) ?? (() => true)
    const records = await storage.prune(keeps, signal)
    signal.throwIfAborted()
    await stores.search.prune(keeps, signal)
    signal.throwIfAborted()
    log.info('records of collections that are not kept any more were removed', { records })
  }
  await storage.setNote('collections', JSON.stringify(collections))
  await storage.setNote(begunNote, JSON.stringify([collections]))
}

/** Waits until what is in the streams is applied: it was chosen by the filter of before. */
async function applied({ stores, group }: FilterChangeOptions, signal: AbortSignal): Promise<void> {
  for (const stream of [firehoseLive, firehoseBackfill]) {
    const last = await stores.streams.append(stream, [])
    await stores.streams.acknowledged(stream, group, last, signal)
    signal.throwIfAborted()
  }
}

/** Repos that are named anew are queued by the listing, as they were never in it. */
async function applyDids(options: FilterChangeOptions, signal: AbortSignal): Promise<void> {
  const { dids, kept, log, stores } = options
  const { storage } = stores
  const note = await storage.note('dids')
  const before: readonly Did[] = note === undefined ? dids : JSON.parse(note)
  const named = new Set(dids)
  const isNarrower = dids.length > 0 && (before.length === 0 || before.some((did) => !named.has(did)))
  if (isNarrower) {
    const repos = await forEachRepo(options, signal, (page) =>
      page.filter((did) => !kept.has(did)).map((did) => ({ kind: 'remove', did })),
    )
    if (repos > 0) log.info('fewer repos are kept than before: the others are removed', { repos })
  }
  await storage.setNote('dids', JSON.stringify(dids))
}

/** @returns how many repos the entries concern. */
async function forEachRepo(
  { stores: { storage, streams } }: FilterChangeOptions,
  signal: AbortSignal,
  entriesOf: (dids: readonly Did[]) => BackfillEntry | readonly BackfillEntry[],
): Promise<number> {
  let repos = 0
  for (let cursor: string | undefined; ; ) {
    signal.throwIfAborted()
    const page = await storage.listRepos({ limit: pageSize, ...(cursor && { cursor }) })
    const entries = [entriesOf(page.repos.map(({ did }) => did))].flat()
    for (const entry of entries) repos += 'dids' in entry ? entry.dids.length : 1
    if (entries.length > 0)
      await streams.append(
        firehoseBackfill,
        entries.map((entry) => encodeBackfillEntry(entry)),
      )
    cursor = page.cursor
    if (cursor === undefined) return repos
    await setImmediate()
  }
}

const pageSize = 1000
