import { indexerGroup } from '../flow/indexing/indexer.ts'
import { type Clock, steadyClock } from '../model/clock.ts'
import type { Fault } from '../model/fault.ts'
import type { Database } from '../state/database.ts'
import { firehoseBackfill, firehoseLive } from '../state/streams/streams.ts'
import type { Engine } from './engine.ts'
import type { Check } from './readiness.ts'
import type { Source } from './source.ts'
import type { Stores } from './stores.ts'

export interface CheckOptions {
  readonly database: Database
  readonly stores: Stores
  readonly source: Source
  readonly engine: Pick<Engine, 'indexer' | 'identity' | 'reader'>
  readonly firehose: { readonly connected: boolean }
  readonly ingest: { readonly failure: unknown }
}

/** What makes a node that runs ready, by the names that `GET /ready` shows. */
export function nodeChecks(options: CheckOptions): Readonly<Record<string, Check>> {
  const { database, stores, source, engine, firehose, ingest } = options
  const { indexer, identity, reader } = engine
  const standstill = new Standstill()
  const pending = async () => {
    const [live, backfill] = await Promise.all(
      [firehoseLive, firehoseBackfill].map((stream) => stores.streams.pending(stream, indexerGroup)),
    )
    return (live ?? 0) + (backfill ?? 0)
  }
  return {
    storage: {
      find: async () => {
        const fault = await database.findFault()
        // What can be written may yet not be read.
        if (fault === undefined) await stores.storage.totals()
        return fault
      },
    },
    relay: {
      isLogged: true,
      find: () => (firehose.connected ? undefined : relayFault(source)),
    },
    ingest: { find: () => (ingest.failure === undefined ? undefined : ingestFault(ingest.failure)) },
    indexing: {
      find: async () => standstill.find(await pending(), indexer.batches, indexer.failure),
    },
    directory: {
      isLogged: true,
      find: () => {
        const trouble = identity.directoryTrouble
        void identity.probeDirectory()
        return trouble && { ...trouble, mend: directoryMend(source) }
      },
    },
    workers: { find: () => reader.fault ?? database.threadFault },
  }
}

/** Tells that entries wait and none is applied, for longer than any batch takes. */
export class Standstill {
  readonly #afterMs: number
  readonly #now: Clock
  #batches = 0
  #sinceMs: number | undefined

  constructor({ afterMs = 10_000, now = steadyClock }: { afterMs?: number; now?: Clock } = {}) {
    this.#afterMs = afterMs
    this.#now = now
  }

  /** @param batches how many were applied so far. */
  find(pending: number, batches: number, failure: unknown): Fault | undefined {
    if (pending === 0 || batches !== this.#batches) this.#sinceMs = undefined
    this.#batches = batches
    if (pending === 0) return undefined
    this.#sinceMs ??= this.#now()
    if (this.#now() - this.#sinceMs < this.#afterMs) return undefined
    const why = failure === undefined ? '' : `: ${String(failure)}`
    return {
      reason: `${pending} entries of the streams wait, and none is indexed${why}`,
      mend: 'it is tried again by itself: mend storage where that does not work either, otherwise restart',
      sinceMs: this.#sinceMs,
    }
  }
}

function relayFault({ relay }: Source): Fault {
  return {
    reason: `not connected to ${relay.origin}`,
    mend: 'it is tried again by itself, and resumes at its cursor; the log says why each attempt failed',
  }
}

function ingestFault(failure: unknown): Fault {
  return {
    reason: `events cannot be written to the stream: ${String(failure)}`,
    mend: 'it is tried again by itself, and nothing is lost; mend storage where that does not work either',
  }
}

function directoryMend({ plc }: Source): string {
  return `it is asked again by itself, and events of DIDs whose key is not known wait; can ${plc.origin} be reached from here?`
}
