import type { Did } from '../../../model/did.ts'
import { encodeEvent } from '../../../model/event-bytes.ts'
import { HttpHosts } from '../../../net/host/http.ts'
import { httpFetch } from '../../../net/host/testing/http-fetch.ts'
import { Database } from '../../../state/database.ts'
import { SqliteSearch } from '../../../state/search/sqlite.ts'
import { SqliteStorage } from '../../../state/storage/sqlite.ts'
import type { RepoState } from '../../../state/storage/storage.ts'
import { SqliteStreams } from '../../../state/streams/sqlite.ts'
import { firehoseLive } from '../../../state/streams/streams.ts'
import { Indexer, indexerGroup } from '../../indexing/indexer.ts'
import { Reconciler } from '../reconcile.ts'
import type { ReconcileProgress, ReconcilerOptions } from '../reconciler-options.ts'

export const rev = (number: number) =>
  `3l${String(number)
    .padStart(11, '0')
    .replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '')}`
export const didOf = (number: number): Did => `did:plc:${String(number).padStart(6, '0')}`
const tree = (number: number) => `bafyreitree${number}`

/** A store of `count` synced repos and others, an indexer that applies the streams, and a reconciler. */
export class ReconcilingNode implements AsyncDisposable {
  readonly stale: Did[] = []
  readonly doubtful: Did[] = []
  readonly done: ReconcileProgress[] = []
  readonly reconciler: Reconciler
  readonly streams: SqliteStreams
  readonly storage: SqliteStorage
  readonly #options: ReconcilerOptions
  readonly #stop = new AbortController()
  readonly #running: Promise<void>[] = []
  #isRunning = false
  #wake = () => {}
  #release = () => {}
  #released: Promise<void> | undefined

  constructor(source: URL, options: Partial<ReconcilerOptions>, onDesync: (reason: 'gap') => void) {
    const database = new Database()
    this.streams = new SqliteStreams({ database })
    this.storage = new SqliteStorage({ database })
    const { streams, storage } = this
    const search = new SqliteSearch({ database })
    const indexer = new Indexer({
      streams: {
        read: async (...args) => {
          await this.#released
          return streams.read(...args)
        },
        readable: (...args) => streams.readable(...args),
        acknowledge: (...args) => streams.acknowledge(...args),
      },
      storage,
      search,
      onDesync: (_, reason) => onDesync(reason as 'gap'),
    })
    this.#options = {
      source,
      streams: {
        append: (...args) => streams.append(...args),
        drained: (...args) => streams.drained(...args),
        acknowledged: (...args) => {
          this.#release()
          return streams.acknowledged(...args)
        },
      },
      storage,
      hosts: new HttpHosts({ fetch: httpFetch }),
      group: indexerGroup,
      backoff: { firstMs: 1, maxMs: 1 },
      onStale: (did) => void this.stale.push(did),
      onDoubt: (dids) => void this.doubtful.push(...dids),
      onDone: (progress) => {
        this.done.push(progress)
        this.#wake()
      },
      ...options,
    }
    this.reconciler = new Reconciler(this.#options)
    this.#running.push(indexer.run(this.#stop.signal))
  }

  static async start(
    source: URL,
    count: number,
    others: readonly Partial<RepoState>[] = [],
    options: Partial<ReconcilerOptions> = {},
    onDesync: (reason: 'gap') => void = () => {},
  ): Promise<ReconcilingNode> {
    const node = new ReconcilingNode(source, options, onDesync)
    const all = [...Array.from({ length: count }, () => ({})), ...others]
    const changes = all.map((other, number) => ({ repo: synced(number, other) }))
    for (let at = 0; at < changes.length; at += 1000) await node.storage.apply(changes.slice(at, at + 1000))
    return node
  }

  another(options: Partial<ReconcilerOptions>): Reconciler {
    return new Reconciler({ ...this.#options, ...options })
  }

  /** Tells of a gap, and waits for the end of the `runs`th run. */
  async gap(runs = 1, isCertain = true): Promise<void> {
    await this.reconciler.gap({ isCertain })
    if (!this.#isRunning) this.#running.push(this.reconciler.run(this.#stop.signal))
    this.#isRunning = true
    while (this.done.length < runs || this.reconciler.progress.phase === 'asking') {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        if (this.done.length >= runs) setImmediate(resolve)
      })
    }
  }

  /** Keeps the indexer from reading on until the reconciler waits for it. */
  holdIndexer(): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#released = promise
    this.#release = resolve
  }

  async isDone(): Promise<boolean> {
    return (await this.storage.note('gap')) === undefined
  }

  repo(number: number): Promise<RepoState | undefined> {
    return this.storage.getRepo(didOf(number))
  }

  async statuses(): Promise<readonly string[]> {
    const { repos } = await this.storage.listRepos({ limit: 1000 })
    return repos.map(({ status }) => status)
  }

  async commit(number: number, from: number, to: number): Promise<void> {
    const event = {
      kind: 'commit',
      did: didOf(number),
      seq: 1,
      timeMs: 1,
      rev: rev(to),
      data: tree(to),
    } as const
    await this.streams.append(firehoseLive, [encodeEvent({ ...event, prevData: tree(from), operations: [] })])
  }

  async account(
    number: number,
    account: { readonly active: boolean; readonly status?: string },
  ): Promise<void> {
    const event = { kind: 'account', did: didOf(number), seq: 1, timeMs: 1, ...account } as const
    await this.streams.append(firehoseLive, [encodeEvent(event)])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release()
    this.#stop.abort()
    await Promise.all(this.#running)
  }
}

function synced(number: number, other: Partial<RepoState>): RepoState {
  const base = {
    did: didOf(number),
    status: 'synced',
    content: 'synced',
    updatedAtMs: 1,
    confirmedAtMs: 1,
  } as const
  if (other.content === 'pending')
    return { did: base.did, updatedAtMs: 1, status: other.status ?? 'pending', content: 'pending' }
  return { ...base, rev: rev(100 + number), data: tree(100 + number), ...other }
}
