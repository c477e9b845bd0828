import type { RepoEvent } from '../../model/event.ts'

/** What waits to be written together. */
export class WriteBatch {
  readonly payloads: Uint8Array[] = []
  /** Operations on records in it. */
  operations = 0
  bytes = 0
  /** The position in the host's stream that it leads to; absent while nothing waits. */
  seq: number | undefined
  /** When the event there was first sent, in ms since 1970; absent where that is not known. */
  timeMs: number | undefined

  get events(): number {
    return this.payloads.length
  }

  add(payload: Uint8Array, event: RepoEvent): void {
    this.payloads.push(payload)
    this.bytes += payload.length
    if (event.kind === 'commit') this.operations += event.operations.length
  }
}
