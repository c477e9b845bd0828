import type { Did } from '../../model/did.ts'
import { UnavailableRepoError } from '../../model/errors.ts'
import type { GetRepoOptions, Hosts, RepoBody } from '../../net/host/host.ts'
import { RefusedError } from '../../net/host/host.ts'
import { blockOf } from '../../net/repo/block.ts'
import { cidText, isCid, parseCid } from '../../net/repo/cid.ts'
import type { LocalRepo } from './local-repo.ts'
import type { LocalSnapshot } from './snapshot.ts'

/** What the node answers about its own repo when it is itself the one who asks. */
export class LocalHost implements Pick<Hosts, 'getRepo' | 'getLatestCommit' | 'getRepoStatus' | 'getBlocks'> {
  readonly #repo: LocalRepo

  constructor(repo: LocalRepo) {
    this.#repo = repo
  }

  async getRepo(_host: URL, did: Did, { since }: GetRepoOptions = {}): Promise<RepoBody> {
    return { chunks: (await this.#snapshot(did)).car(since) }
  }

  async getLatestCommit(_host: URL, did: Did): Promise<{ readonly rev: string; readonly cid: string }> {
    const head = did === this.#repo.did ? await this.#repo.head() : undefined
    if (head === undefined) throw unknown(did)
    return { rev: head.rev, cid: cidText(blockOf(head.commit).cid) }
  }

  async getRepoStatus(_host: URL, did: Did): Promise<{ readonly active: boolean }> {
    await this.getLatestCommit(_host, did)
    return { active: true }
  }

  async getBlocks(_host: URL, did: Did, cids: readonly string[]): Promise<RepoBody> {
    const snapshot = await this.#snapshot(did)
    const chunks = cids.every(isCid) ? await snapshot.blocks(cids.map(parseCid)) : undefined
    if (chunks === undefined) throw new RefusedError('the own repo does not have all of these blocks')
    return { chunks }
  }

  async #snapshot(did: Did): Promise<LocalSnapshot> {
    const snapshot = did === this.#repo.did ? await this.#repo.snapshot() : undefined
    if (snapshot === undefined) throw unknown(did)
    return snapshot
  }
}

function unknown(did: Did): UnavailableRepoError {
  return new UnavailableRepoError('unknown', `${did} has no repo here`)
}
