import type { Did } from '../../model/did.ts'
import type { IdentityInfo } from './document.ts'

/** Keeps answers on disk, as `Identities` of state/identities does. */
export interface KeptIdentities {
  find(did: Did): Promise<KeptIdentity | undefined>
  keep(identities: readonly KeptIdentity[]): Promise<void>
  /** On disk before anything that is written after the call. */
  forget(dids: readonly Did[]): Promise<void>
}

export interface KeptIdentity extends IdentityInfo {
  /** The directory of `did:plc` that was asked then. */
  readonly directory: string
  /** In ms since 1970. */
  readonly answeredMs: number
}

export interface KeeperOptions {
  readonly kept: KeptIdentities
  /** What other directories have said is not taken for an answer. */
  readonly directory: string
  /** Called when they cannot be read or written, which is tried again with the next ones. Must not throw. */
  readonly onError: (error: unknown) => void
}

/**
 * Brings answers to disk, and back. What was answered is written a little later, many together; what may have changed is
 * gone by the end of the turn, so that no event that says so is on disk without it.
 */
export class Keeper implements AsyncDisposable {
  readonly #options: KeeperOptions
  readonly #toKeep = new Map<Did, KeptIdentity>()
  readonly #toForget = new Set<Did>()
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /** Does not reject: what cannot be read is asked for. */
  async find(did: Did): Promise<KeptIdentity | undefined> {
    if (this.#toForget.has(did)) return undefined
    try {
      const found = this.#toKeep.get(did) ?? (await this.#options.kept.find(did))
      return found?.directory === this.#options.directory ? found : undefined
    } catch (error) {
      this.#options.onError(error)
      return undefined
    }
  }

  keep(info: IdentityInfo, answeredMs: number): void {
    const { directory } = this.#options
    if (this.#toKeep.size >= maxWaiting) return
    this.#toForget.delete(info.did)
    this.#toKeep.set(info.did, { ...info, directory, answeredMs })
    this.#timer ??= setTimeout(() => void this.#write(), lingerMs).unref()
  }

  forget(did: Did): void {
    this.#toKeep.delete(did)
    this.#toForget.add(did)
    // Those that arrive together go together: #identity events come in storms.
    this.#immediate ??= setImmediate(() => void this.#erase())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#erase()
    await this.#write()
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const identities = [...this.#toKeep.values()]
    if (identities.length === 0) return
    try {
      await this.#options.kept.keep(identities)
      for (const identity of identities)
        if (this.#toKeep.get(identity.did) === identity) this.#toKeep.delete(identity.did)
    } catch (error) {
      this.#options.onError(error)
    }
  }

  async #erase(): Promise<void> {
    clearImmediate(this.#immediate)
    this.#immediate = undefined
    const dids = [...this.#toForget]
    if (dids.length === 0) return
    try {
      await this.#options.kept.forget(dids)
      for (const did of dids) this.#toForget.delete(did)
    } catch (error) {
      this.#options.onError(error)
    }
  }
}

/** For how long answers gather before they are written, in ms. */
const lingerMs = 500
/** How many answers may wait while the disk takes none; those beyond are looked up once more after a start. */
const maxWaiting = 10_000
