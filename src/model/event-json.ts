import type { Did } from './did.ts'
import type { Nsid } from './nsid.ts'
import type { RecordContent } from './record-content.ts'

/** A change of a record as actions get it, and as webhooks carry it. */
export interface EventJson {
  readonly operation: 'create' | 'update' | 'delete'
  readonly uri: string
  readonly did: Did
  readonly collection: Nsid
  readonly rkey: string
  /** The revision of the repo that made the change. */
  readonly rev: string
  /** When the host sent it, by the host's clock, as ISO 8601. */
  readonly time: string
  readonly cid?: string
  /** As `GET /records` shows it; absent for a deletion, and where the record is not kept any more. */
  readonly record?: RecordContent
}
