import { createHash } from 'node:crypto'
import type { Did } from '../../model/did.ts'
import type { CommitEvent } from '../../model/event.ts'
import type { EventJson } from '../../model/event-json.ts'
import type { Nsid } from '../../model/nsid.ts'
import { recordUri } from '../../model/record.ts'
import { recordContent } from '../../model/record-content.ts'
import { decodeRecord } from '../../model/record-values.ts'
import type { Operation } from './definition.ts'

/** One change of a record, as observers judge it: verified and applied. */
export interface ObservedEvent {
  readonly operation: Operation
  readonly did: Did
  readonly collection: Nsid
  readonly rkey: string
  /** The revision of the repo that made the change. */
  readonly rev: string
  /** When the host sent it, in ms since 1970, by the host's clock. */
  readonly timeMs: number
  /** CID of the record; absent for a deletion. */
  readonly cid?: string
  /** The record in DAG-CBOR; absent for a deletion. */
  readonly bytes?: Uint8Array
}

/** The changes of one commit. */
export function* eventsOf({ did, rev, timeMs, operations }: CommitEvent): Generator<ObservedEvent> {
  for (const change of operations) {
    const { op: operation, collection, rkey } = change
    const place = { operation, did, collection, rkey, rev, timeMs }
    yield change.op === 'delete' ? place : { ...place, cid: change.cid, bytes: change.record }
  }
}

/** Names a change: a revision touches a record once. Stands in for the change in keys. */
export function keyOf(event: Pick<ObservedEvent, 'did' | 'collection' | 'rkey' | 'rev'>): string {
  return `${event.rev} ${recordUri(event)}`
}

/** The idempotency key of one action for one change: the same however often the change is seen. */
export function actionId(observer: string, action: number, eventKey: string): string {
  const hash = createHash('sha256').update(`${observer} ${action} ${eventKey}`)
  return `msg_${hash.digest('base64url').slice(0, 27)}`
}

export function eventJson(event: ObservedEvent): EventJson {
  const { operation, did, collection, rkey, rev, timeMs, cid, bytes } = event
  return {
    operation,
    uri: recordUri(event),
    ...{ did, collection, rkey, rev },
    time: new Date(timeMs).toISOString(),
    ...(cid !== undefined && { cid }),
    ...(bytes !== undefined && { record: recordContent(bytes) }),
  }
}

/** The record of a change, decoded at most once, and only when it is asked for. */
export class LazyRecord {
  readonly #event: Pick<ObservedEvent, 'bytes'>
  #record: object | undefined
  #isDecoded = false

  constructor(event: Pick<ObservedEvent, 'bytes'>) {
    this.#event = event
  }

  get value(): object | undefined {
    if (this.#isDecoded) return this.#record
    this.#isDecoded = true
    const { bytes } = this.#event
    this.#record = bytes && decodeRecord(bytes)
    return this.#record
  }
}
