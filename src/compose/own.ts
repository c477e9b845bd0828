import type { Config } from '../config.ts'
import { LocalHost } from '../flow/local/local-host.ts'
import { LocalRepo, type LocalWritten } from '../flow/local/local-repo.ts'
import type { Did } from '../model/did.ts'
import { SetupError } from '../model/errors.ts'
import type { Log } from '../model/log.ts'
import type { IdentityInfo } from '../net/identity/document.ts'
import { importSigningKey } from '../net/repo/signing-key.ts'
import { keyFileName, makeKeyFile, readKeyFile } from '../state/local/key-file.ts'
import type { LocalStore } from '../state/local/store.ts'
import { type OwnPlace, ownPlace } from './own-place.ts'

export interface OwnOptions {
  readonly store: LocalStore
  /** The data folder, which holds the key. */
  readonly dir: string
  readonly log: Log
}

/** The node's own repo, for all who need to know it: there is none until it is opened. */
export class Own implements AsyncDisposable {
  readonly #options: OwnOptions
  #opened: Opened | undefined

  constructor(options: OwnOptions) {
    this.#options = options
  }

  get repo(): LocalRepo | undefined {
    return this.#opened?.repo
  }

  /** Where others find it. Asked for once it is opened. */
  get address(): URL {
    if (this.#opened === undefined) throw new Error('the own repo is not open yet')
    return this.#opened.place.address
  }

  /**
   * Opens it, and makes its key at the first start.
   *
   * @param port of the API; its DID may depend on that.
   * @throws {SetupError} when what is in the data folder is the repo of another DID or key.
   */
  async open(
    config: Pick<Config, 'publicUrl' | 'ownDid'>,
    port: number,
    onWrite: (written: LocalWritten) => void,
  ): Promise<LocalRepo> {
    const { store, dir, log } = this.#options
    const head = await store.head()
    const place = ownPlace({ ...config, stored: head?.did, port })
    const secret =
      (await readKeyFile(dir, this.#onExposed)) ?? (head === undefined ? await makeKeyFile(dir) : undefined)
    if (secret === undefined)
      throw new SetupError(
        `the key of the own repo, ${keyFileName} in ${dir}, is gone: put it back from a backup`,
      )
    if (place.warning !== undefined) log.warn(place.warning, { did: place.did })
    return await this.#open(place, secret, onWrite)
  }

  /** Opens it for a command, to be read: only where it has been written. */
  async openStored(): Promise<void> {
    const { store, dir } = this.#options
    const head = await store.head()
    const secret = head && (await readKeyFile(dir, this.#onExposed))
    if (head === undefined || secret === undefined) return
    await this.#open(ownPlace({ publicUrl: undefined, ownDid: undefined, stored: head.did, port: 0 }), secret)
  }

  /** What its DID document says, while it is open; undefined for every other DID. */
  identity(did: Did): IdentityInfo | undefined {
    if (this.#opened === undefined || did !== this.#opened.repo.did) return undefined
    const { repo, place } = this.#opened
    const { handle, address } = place
    return {
      did,
      signingKey: repo.key.multikey,
      pds: address.origin,
      ...(handle !== undefined && { handle }),
    }
  }

  /** What answers for its host, while it is open; undefined for every other DID. */
  hostOf(did: Did): LocalHost | undefined {
    return did === this.#opened?.repo.did ? this.#opened.host : undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened?.repo[Symbol.asyncDispose]()
  }

  readonly #onExposed = (path: string) =>
    this.#options.log.warn(
      'the key of the own repo could be read by other users; it is closed to them now, and was known to whoever has read it',
      { path },
    )

  async #open(
    place: OwnPlace,
    secret: Uint8Array,
    onWrite?: (written: LocalWritten) => void,
  ): Promise<LocalRepo> {
    const { did, handle } = place
    const key = await importSigningKey(secret)
    const { store } = this.#options
    const repo = await LocalRepo.open({ store, did, handle, key, ...(onWrite && { onWrite }) })
    this.#opened = { repo, place, host: new LocalHost(repo) }
    return repo
  }
}

interface Opened {
  readonly repo: LocalRepo
  readonly place: OwnPlace
  readonly host: LocalHost
}
