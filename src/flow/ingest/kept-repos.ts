import type { Did } from '../../model/did.ts'

export interface KeptReposOptions {
  /** Repos that the configuration names; with none, all are kept that were not untracked. @default [] */
  readonly dids?: readonly Did[]
  /** What was said of repos since then (`storage.tracking()`). @default nothing */
  readonly tracking?: ReadonlyMap<Did, 'tracked' | 'untracked'>
}

/** The repos that are kept. Changes while the service runs; remembering that is up to the caller. */
export class KeptRepos {
  readonly #named: ReadonlySet<Did>
  readonly #tracked = new Set<Did>()
  readonly #untracked = new Set<Did>()

  constructor({ dids = [], tracking = new Map() }: KeptReposOptions = {}) {
    this.#named = new Set(dids)
    for (const [did, said] of tracking) (said === 'tracked' ? this.#tracked : this.#untracked).add(did)
  }

  has(did: Did): boolean {
    if (this.#untracked.has(did)) return false
    return this.#named.size === 0 || this.#named.has(did) || this.#tracked.has(did)
  }

  /** Keeps a repo, also one that was untracked before. */
  add(did: Did): void {
    this.#untracked.delete(did)
    this.#tracked.add(did)
  }

  /** Keeps a repo no more, until it is added. */
  remove(did: Did): void {
    this.#tracked.delete(did)
    this.#untracked.add(did)
  }

  /** All that are kept, where they can be told one by one; undefined where every repo is that was not untracked. */
  get listed(): readonly Did[] | undefined {
    if (this.#named.size === 0) return undefined
    return [...this.#named.union(this.#tracked)].filter((did) => this.has(did))
  }
}
