import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fromBytes } from '@atcute/cbor'
import { decodeFrame } from '../../../src/demo/testing/follower.ts'
import { pdsFolder } from '../setup/pds.ts'

/** What the libraries of AT Protocol's own makers say of a repo. */
export class RepoVerifier {
  readonly did: string
  readonly #repo: AtprotoRepo
  readonly #didKey: string
  readonly #storage: Blockstore
  /** The repo as its commits have made it; undefined before the first. */
  #state: ReadableRepo | undefined
  #seq: number | undefined
  commits = 0

  /** Resolves the DID as others do, over the network. */
  static async open(did: string): Promise<RepoVerifier> {
    const folder = await pdsFolder()
    const load = (name: string) =>
      import(pathToFileURL(join(folder, 'node_modules/@atproto', name, 'dist/index.js')).href)
    const { DidResolver } = (await load('identity')) as AtprotoIdentity
    // Its own fetch refuses http, which is all that there is on loopback.
    const resolver = new DidResolver({ fetch: globalThis.fetch })
    const key = await resolver.resolveAtprotoKey(did)
    return new RepoVerifier(did, key, (await load('repo')) as AtprotoRepo)
  }

  private constructor(did: string, didKey: string, repo: AtprotoRepo) {
    this.did = did
    this.#didKey = didKey
    this.#repo = repo
    this.#storage = new repo.MemoryBlockstore()
  }

  get rev(): string | undefined {
    return this.#state?.commit.rev
  }

  /** Takes the next frame of subscribeRepos: each commit must lead on from the one before. */
  async take(frame: Uint8Array): Promise<void> {
    const { type, seq, body } = decodeFrame(frame)
    assert.ok(seq !== undefined, `${type} is not an event`)
    if (this.#seq !== undefined) assert.equal(seq, this.#seq + 1)
    this.#seq = seq
    if (type !== '#commit') return
    const before = this.#state
    assert.equal(body.since, before?.commit.rev ?? null)
    assert.equal(body.prevData?.$link, before?.commit.data.toString())
    const car = fromBytes(body.blocks)
    const diff = await this.#repo.verifyDiffCar(before ?? null, car, this.did, this.#didKey)
    const writes = diff.writes.map(({ action, collection, rkey }) => `${action} ${collection}/${rkey}`)
    assert.deepEqual(writes.toSorted(), body.ops.map(({ action, path }) => `${action} ${path}`).toSorted())
    await this.#storage.applyCommit(diff.commit)
    this.#state = await this.#repo.Repo.load(this.#storage, diff.commit.cid)
    this.commits += 1
  }

  /** @returns the CID of each record in a CAR file of the whole repo, by its path. */
  async records(car: Uint8Array): Promise<Map<string, string>> {
    const { creates } = await this.#repo.verifyRepoCar(car, this.did, this.#didKey)
    return new Map(creates.map(({ collection, rkey, cid }) => [`${collection}/${rkey}`, cid.toString()]))
  }

  /** What a CAR file of `sync.getRecord` proves. */
  async proven(car: Uint8Array): Promise<readonly { readonly path: string; readonly record: unknown }[]> {
    const claims = await this.#repo.verifyRecords(car, this.did, this.#didKey)
    return claims.map(({ collection, rkey, record }) => ({ path: `${collection}/${rkey}`, record }))
  }
}

interface AtprotoIdentity {
  readonly DidResolver: new (
    options: object,
  ) => {
    resolveAtprotoKey(did: string): Promise<string>
  }
}

interface AtprotoRepo {
  readonly MemoryBlockstore: new () => Blockstore
  readonly Repo: { load(storage: Blockstore, cid: unknown): Promise<ReadableRepo> }
  verifyDiffCar(
    repo: ReadableRepo | null,
    car: Uint8Array,
    did: string,
    key: string,
  ): Promise<{ readonly writes: readonly Write[]; readonly commit: { readonly cid: unknown } }>
  verifyRepoCar(
    car: Uint8Array,
    did: string,
    key: string,
  ): Promise<{ readonly creates: readonly (Write & { readonly cid: object })[] }>
  verifyRecords(
    car: Uint8Array,
    did: string,
    key: string,
  ): Promise<readonly (Write & { readonly record: unknown })[]>
}

interface Write {
  readonly action: string
  readonly collection: string
  readonly rkey: string
}

interface Blockstore {
  applyCommit(commit: object): Promise<void>
}

interface ReadableRepo {
  readonly commit: { readonly rev: string; readonly data: object }
}
