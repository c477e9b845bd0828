import type { Did } from '../../model/did.ts'
import { decodeEnumeratedRepo, type EnumeratedRepo } from '../../model/enumerated.ts'
import { type Backoff, repeat } from '../../model/repeat.ts'
import type { RepoState, Storage } from '../../state/storage/storage.ts'
import { repoBackfill, type StreamEntry, type Streams } from '../../state/streams/streams.ts'
import type { Enqueue } from './enqueue.ts'

export interface IntakeOptions {
  readonly streams: Pick<Streams, 'read' | 'readable' | 'acknowledge'>
  readonly storage: Pick<Storage, 'repos'>
  readonly enqueue: Pick<Enqueue, 'enumerated'>
  /** Whether a repo is wanted: asked for, and not untracked. @default all are */
  readonly isWanted?: (did: Did) => boolean
  /** Entries of the stream that are moved together. @default 1_000 */
  readonly batchEntries?: number
  /** How long to wait before what has failed is tried again. @default 100 ms, doubling up to 5 s */
  readonly backoff?: Backoff
  /** Called for each batch that was moved. Must not throw. */
  readonly onMove?: (moved: MovedRepos) => void
  /** Called for each entry that cannot be read, and for each failed attempt, which is repeated. Must not throw. */
  readonly onError?: (error: unknown) => void
}

export interface MovedRepos {
  /** Repos that are queued now. */
  readonly queued: number
  /** Repos that are synced at the revision that was listed, or a later one. */
  readonly current: number
  /** Repos that are not active, or not wanted. */
  readonly skipped: number
}

/** The consumer group that moves the stream of enumerated repos. */
export const intakeGroup = 'backfill'

/**
 * Moves enumerated repos from their stream into the queue, which the queue's limit holds back. What was moved and not
 * acknowledged when the process dies is moved again, which changes nothing.
 */
export async function intake(options: IntakeOptions, signal: AbortSignal): Promise<void> {
  const { streams, batchEntries = 1_000, backoff = usualBackoff, onError: onFailure = () => {} } = options
  while (!signal.aborted) {
    const read = () => streams.read(repoBackfill, intakeGroup, batchEntries)
    const entries = await repeat(read, { backoff, signal, onFailure }).catch(() => [])
    const last = entries.at(-1)
    if (last === undefined) {
      await streams.readable(repoBackfill, intakeGroup, signal)
      continue
    }
    const repos = readable(entries, onFailure)
    const work = async () => {
      const moved = await move(repos, options, signal)
      await streams.acknowledge(repoBackfill, intakeGroup, last.id)
      options.onMove?.(moved)
    }
    await repeat(work, { backoff, signal, onFailure }).catch(() => {})
  }
}

function readable(
  entries: readonly StreamEntry[],
  onError: (error: unknown) => void,
): readonly EnumeratedRepo[] {
  const repos: EnumeratedRepo[] = []
  for (const { payload } of entries) {
    try {
      repos.push(decodeEnumeratedRepo(payload))
    } catch (error) {
      onError(error)
    }
  }
  return repos
}

async function move(
  listed: readonly EnumeratedRepo[],
  { storage, enqueue, isWanted = () => true }: IntakeOptions,
  signal: AbortSignal,
): Promise<MovedRepos> {
  const stored = await storage.repos(listed.map(({ did }) => did))
  const wanted = listed.filter(({ did, active }) => active !== false && isWanted(did))
  const missing = wanted.filter((repo) => !isCurrent(repo, stored.get(repo.did)))
  await enqueue.enumerated(missing, signal)
  return {
    queued: missing.length,
    current: wanted.length - missing.length,
    skipped: listed.length - wanted.length,
  }
}

/** A repo that was listed without a revision is known to be followed, if it is synced. */
function isCurrent({ rev }: EnumeratedRepo, stored: RepoState | undefined): boolean {
  if (stored?.content !== 'synced' || stored.rev === undefined) return false
  return rev === undefined || stored.rev >= rev
}

const usualBackoff: Backoff = { firstMs: 100, maxMs: 5_000, jitter: 0.5 }
