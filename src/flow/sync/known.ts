import type { Did } from '../../model/did.ts'
import type { ReadOptions } from '../../net/reading/reading.ts'
import { StoredEntries } from '../../net/reading/stored-entries.ts'
import type { RepoState } from '../../state/storage/storage.ts'
import type { RunOptions } from './context.ts'

/** What is known of a repo before it is read. */
export interface Known {
  readonly read: Pick<ReadOptions, 'stored' | 'staged' | 'storedData'>
  /** The host is asked only for what has changed since this revision. @default for all of it */
  readonly since?: string
}

/**
 * Looks up what is stored of a repo, and what an earlier run has begun to stage, for the reader to go on from.
 *
 * The host is asked for what has changed since the stored revision where what is stored is the whole tree of that
 * revision, and has `minSince` records. With 10 changes that takes a tenth of the bytes for 300 records of 230 bytes,
 * a 140th for 10,000 (24 kB, not 3.4 MB), an 1,800th for 200,000; the CPU time is about the same, 30 ms for 10,000, since
 * the stored tree is built again. With fewer records both are short answers, and what has changed may have to be
 * followed by the whole: where it is more than one step can say.
 */
export async function knownOf(
  repo: RepoState,
  { storage, maxCompared, minSince, collections }: RunOptions,
  { isWhole, signal }: { readonly isWhole: boolean; readonly signal: AbortSignal },
): Promise<Known> {
  const { did, rev, data } = repo
  const staged = await storage.staged(did)
  const count = await storage.countRecords(did, maxCompared + 1)
  if (count > maxCompared) return { read: { ...(staged && { staged }) } }
  const read = { ...(staged && { staged }), stored: await entriesOf(did, storage, signal) }
  const keepsAll = collections.length === 0 || collections.includes('*')
  const isTree = keepsAll && staged === undefined && repo.run?.before !== 'pending'
  if (isWhole || !isTree || rev === undefined || data === undefined || count < minSince) return { read }
  return { read: { ...read, storedData: data }, since: rev }
}

async function entriesOf(did: Did, storage: RunOptions['storage'], signal: AbortSignal): Promise<Uint8Array> {
  const stored = new StoredEntries()
  for await (const { path, cid } of storage.entries(did)) {
    signal.throwIfAborted()
    stored.add(path, cid)
  }
  return stored.bytes
}
