import type { Did } from '../model/did.ts'
import { SignedRepo } from '../net/repo/signed-repo.ts'
import { importSigningKey } from '../net/repo/signing-key.ts'
import { Tree } from '../net/repo/tree.ts'
import type { Account, Accounts } from './accounts.ts'

export interface LoadedRepo {
  /** Of its account. */
  readonly id: number
  readonly repo: SignedRepo
}

/** The repos whose trees are in memory: those used last. The others are built from their records when needed. */
export class RepoCache {
  readonly #accounts: Accounts
  readonly #size: number
  readonly #repos = new Map<Did, LoadedRepo>()

  constructor(accounts: Accounts, size: number) {
    this.#accounts = accounts
    this.#size = size
  }

  get(did: Did): LoadedRepo | undefined {
    const loaded = this.#repos.get(did)
    if (loaded === undefined) return undefined
    this.#repos.delete(did)
    this.#repos.set(did, loaded)
    return loaded
  }

  /** @throws when the records on disk are not those that the account's commit names. */
  async load({ id, did, secret, multikey, head }: Account): Promise<LoadedRepo> {
    const key = await importSigningKey(secret, multikey)
    const tree = Tree.build(this.#accounts.entries(id))
    if (tree.root !== head.data) throw new Error(`the records of ${did} are not those that its commit names`)
    const loaded = { id, repo: new SignedRepo({ did, key, tree, head }) }
    this.#repos.set(did, loaded)
    return loaded
  }

  /** Lets go of repos above the size. Not to be called while one of them is ahead of the disk. */
  trim(): void {
    for (const did of this.#repos.keys()) {
      if (this.#repos.size <= this.#size) return
      this.#repos.delete(did)
    }
  }

  clear(): void {
    this.#repos.clear()
  }
}
