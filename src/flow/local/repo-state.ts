import type { Did } from '../../model/did.ts'
import { SetupError } from '../../model/errors.ts'
import { blockOf } from '../../net/repo/block.ts'
import { cidText, parseCid } from '../../net/repo/cid.ts'
import { checkSignature, readCommit } from '../../net/repo/commit.ts'
import { WrongKey } from '../../net/repo/rejection.ts'
import { importKey } from '../../net/repo/signature.ts'
import { SignedRepo } from '../../net/repo/signed-repo.ts'
import type { SigningKey } from '../../net/repo/signing-key.ts'
import { Tree } from '../../net/repo/tree.ts'
import type { EventRange, LocalHead, LocalStore } from '../../state/local/store.ts'

/** The repo in memory. Ahead of the disk while a write is on its way there. */
export interface RepoState {
  readonly tree: Tree
  readonly repo: SignedRepo
  /** What is on disk. */
  head: LocalHead | undefined
  range: EventRange
}

export interface RepoOwner {
  readonly did: Did
  readonly key: SigningKey
}

/**
 * Builds the repo from what is on disk.
 *
 * @throws {SetupError} when that is the repo of another DID or key, or not what its commit says.
 */
export async function loadRepo(store: LocalStore, { did, key }: RepoOwner): Promise<RepoState> {
  const [head, entries, range] = [await store.head(), await store.entries(), await store.range()]
  const tree = Tree.build(entries.map(({ path, cid }) => [path, parseCid(cid)] as const))
  const commit = head && blockOf(head.commit)
  if (head !== undefined && commit !== undefined) {
    checkOwner(head, { did, key })
    if (tree.root !== head.data)
      throw new SetupError(
        `the own repo has other records than its commit ${cidText(commit.cid)} names: the database was changed by another program, put a backup in its place`,
      )
  }
  const repo = new SignedRepo({
    did,
    key,
    tree,
    head: head && commit && { rev: head.rev, commit, data: head.data },
  })
  return { tree, repo, head, range }
}

function checkOwner({ did: written, commit }: LocalHead, { did, key }: RepoOwner): void {
  if (written !== did)
    throw new SetupError(
      `the own repo of this data folder is that of ${written}, and not of ${did}: a repo keeps its DID, so start with the address it was made for (--public-url, --own-did), or name another folder with --data`,
    )
  const block = blockOf(commit)
  try {
    checkSignature(
      readCommit(new Map([[block.cid, Buffer.from(block.bytes)]]), block.cid),
      importKey(key.multikey),
    )
  } catch (error) {
    if (!(error instanceof WrongKey)) throw error
    throw new SetupError(
      'the own repo was not signed by the key in repo.key: put back the file that this node has made',
      { cause: error },
    )
  }
}
