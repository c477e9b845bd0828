import { InvalidError } from '../../model/errors.ts'

/** The record is not what the writer took it for: somebody has written it meanwhile. Reading it again helps. */
export class LocalConflictError extends Error {
  override readonly name = 'LocalConflictError'
  readonly type = 'conflict'
  /** The CID that the record has now; `null` when there is none. */
  readonly current: string | null

  constructor(message: string, current: string | null) {
    super(message)
    this.current = current
  }
}

/** A key or a record breaks a rule of the data model, or of the lexicon that its collection names. */
export class InvalidRecordError extends InvalidError {
  /** Where in the record, as a JSON pointer such as `/text`; empty where it is the whole. */
  readonly pointer: string

  constructor(message: string, pointer = '', options?: ErrorOptions) {
    super(message, options)
    this.pointer = pointer
  }
}

/** A record has more bytes, as it would be stored, than are taken. */
export class RecordTooLargeError extends InvalidError {
  readonly sizeBytes: number
  readonly maxBytes: number

  constructor(sizeBytes: number, maxBytes: number) {
    super(`the record has ${sizeBytes} bytes; at most ${maxBytes} are taken`)
    this.sizeBytes = sizeBytes
    this.maxBytes = maxBytes
  }
}

/** The node ends, and takes no more writes. */
export class LocalRepoClosedError extends Error {
  override readonly name = 'LocalRepoClosedError'
  readonly type = 'closed'
}
