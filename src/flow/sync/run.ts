import type { Did } from '../../model/did.ts'
import { ConflictError, InvalidError, UnavailableRepoError } from '../../model/errors.ts'
import { repeat } from '../../model/repeat.ts'
import { UnsupportedMethod } from '../../net/host/host.ts'
import type { ReadResult } from '../../net/reading/reading.ts'
import { UnlikeStored } from '../../net/reading/unlike-stored.ts'
import { MissingBlock, WrongKey } from '../../net/repo/rejection.ts'
import type { RepoState } from '../../state/storage/storage.ts'
import { lookAtHidden, tellHidden } from './account.ts'
import { unlessAborted } from './body.ts'
import type { Parts, RunContext, RunOptions } from './context.ts'
import { faultOf, mayBeDueToSince, translated } from './failure.ts'
import { fetchRepo, missingBlocks } from './fetch.ts'
import { type Known, knownOf } from './known.ts'
import type { DidDocument } from './options.ts'
import { Steps } from './steps.ts'

interface Done {
  /** The revision that is stored now. */
  readonly rev: string
  readonly records: number
}

/** One run. */
export async function runOnce(did: Did, options: RunOptions, context: RunContext): Promise<Done> {
  const { signal } = context
  const stored = await options.storage.getRepo(did)
  const isHidden = stored !== undefined && stored.status !== stored.content
  // Only the host that the document names now may say what has become of an account.
  const document = await options.identity.resolve(did, { refresh: isHidden, signal })
  const steps = new Steps(did, options)
  const parts = { steps, options, ...context }
  const show = isHidden ? await lookAtHidden(stored, document, parts) : async () => {}
  const confirmed = await confirm(did, { document, stored, ...parts })
  if (confirmed !== undefined) {
    await show()
    return { rev: confirmed, records: 0 }
  }
  try {
    await steps.begin(signal)
    const done = await readPersistently(did, document, parts)
    await show()
    return done
  } catch (error) {
    // Whatever happens: a repo that nobody fetches must not stay `syncing`.
    await repeat(() => steps.abort(), { backoff, isWorthRepeating: times(3) }).catch(options.onError)
    throw error
  }
}

/**
 * Asks the host for its latest revision where what is stored is a whole tree, which is far cheaper than the repo.
 *
 * @returns the revision, where nothing else is to be done.
 */
async function confirm(
  did: Did,
  {
    document,
    stored,
    steps,
    options,
    signal,
    progress,
  }: Parts & {
    readonly document: DidDocument
    readonly stored: RepoState | undefined
  },
): Promise<string | undefined> {
  const { rev, data, content, desync } = stored ?? {}
  if (rev === undefined || data === undefined || desync?.reason === 'filter') return undefined
  if (content !== 'synced' && content !== 'desync') return undefined
  const askedMs = options.now()
  let latest: { readonly rev: string }
  try {
    latest = await unlessAborted(options.hosts.getLatestCommit(hostOf(did, document), did, signal), signal)
  } catch (error) {
    // Asking for the repo itself shows what has become of it.
    if (error instanceof UnsupportedMethod || error instanceof UnavailableRepoError) return undefined
    progress.fault = 'fetch'
    throw error
  }
  if (latest.rev < later(rev, desync?.rev)) throw older(latest.rev, later(rev, desync?.rev))
  if (latest.rev !== rev) return undefined
  await steps.confirm(rev, askedMs, signal)
  const repo = await options.storage.getRepo(did)
  return repo?.content === 'synced' && repo.rev !== undefined && repo.rev >= rev ? repo.rev : undefined
}

/**
 * Reads what has changed of the repo where that pays, and all of it where that has failed. Reads it once more where that
 * may help: a tree with holes was changed while it was sent, and a document that was looked up long ago may name a key or
 * a host of before.
 */
async function readPersistently(did: Did, first: DidDocument, parts: Parts): Promise<Done> {
  const { options, steps, progress, signal } = parts
  let document = first
  let [isWhole, wasRead, wasLookedUp, isFresh] = [false, false, false, false]
  const failed = async (error: unknown) => {
    if (isFresh && error instanceof UnavailableRepoError)
      await tellHidden(did, document, error, parts).catch(() => signal.throwIfAborted())
    return translated(error)
  }
  for (;;) {
    const repo = await options.storage.getRepo(did)
    if (repo?.run?.ticket !== steps.ticket) throw interrupted(did, repo)
    const known = await knownOf(repo, options, { isWhole, signal })
    try {
      return await readOnce(repo, document, { ...parts, known })
    } catch (error) {
      if (known.since !== undefined && mayBeDueToSince(error)) {
        isWhole = true
        if (error instanceof UnlikeStored) options.onUnlikeStored(did, error)
      } else if (error instanceof MissingBlock && !wasRead) wasRead = true
      else if ((error instanceof WrongKey || error instanceof UnavailableRepoError) && !wasLookedUp) {
        wasLookedUp = true
        // A directory that does not answer leaves it at what is known: this is no failure of the host's.
        const fresh = await options.identity.resolve(did, { refresh: true, signal }).catch(() => undefined)
        signal.throwIfAborted()
        isFresh = fresh !== undefined
        const { signingKey, pds } = fresh ?? document
        if (signingKey === document.signingKey && pds === document.pds) throw await failed(error)
        document = fresh ?? document
      } else throw await failed(error)
      progress.fault = undefined
      await steps.staged(signal)
    }
  }
}

async function readOnce(
  { did, rev = '', desync }: RepoState,
  document: DidDocument,
  parts: Parts & { readonly known: Known },
): Promise<Done> {
  const { known, steps, options, signal, progress } = parts
  const { storage, reader, collections, maxAheadMs } = options
  const host = hostOf(did, document)
  const minRev = later(rev, desync?.rev)
  const chunks = fetchRepo(did, host, known.since, parts)
  let result: ReadResult
  try {
    result = await reader.read(
      chunks,
      {
        did,
        signingKey: document.signingKey,
        ticket: steps.ticket,
        collections,
        minRev,
        maxAheadMs,
        ...known.read,
      },
      {
        onPart: (bytes) => steps.part(bytes, signal),
        onMissing: missingBlocks(did, host, parts),
        signal,
      },
    )
  } catch (error) {
    progress.fault ??= faultOf(error)
    throw error
  }
  progress.extracted += result.records
  progress.filtered += result.filtered
  if (result.rev < minRev) throw older(result.rev, minRev)
  await steps.end(result.end, signal)
  const after = await storage.getRepo(did)
  if (after?.content !== 'synced' || after.rev === undefined || after.rev < result.rev)
    throw interrupted(did, after)
  const { puts, deletes } = result.changes ?? { puts: result.records, deletes: 0 }
  return { rev: after.rev, records: puts + deletes }
}

function hostOf(did: Did, { pds }: DidDocument): URL {
  if (pds === undefined) throw new InvalidError(`the document of ${did} names no host that has its repo`)
  return new URL(pds)
}

function later(rev: string, other: string | undefined): string {
  return other !== undefined && other > rev ? other : rev
}

function older(rev: string, known: string): ConflictError {
  return new ConflictError(
    `the host has revision ${rev}, and ${known} is known already: it is asked again later`,
  )
}

function interrupted(did: Did, repo: RepoState | undefined): Error {
  if (repo?.status === 'deleted') {
    return new UnavailableRepoError('unknown', `the account ${did} was deleted meanwhile`)
  }
  return new ConflictError(`${did} has changed while it was fetched: it is fetched again later`)
}

const backoff = { firstMs: 50, maxMs: 1000 }

function times(most: number): () => boolean {
  let tries = 0
  return () => ++tries < most
}
