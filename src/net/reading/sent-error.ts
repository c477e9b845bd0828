import { inspect } from 'node:util'
import { ConflictError, InvalidError } from '../../model/errors.ts'
import { MissingBlock, Rejection, WrongKey } from '../repo/rejection.ts'
import { ReaderPanic } from './reader-panic.ts'
import { UnlikeStored } from './unlike-stored.ts'

/** An error on its way from one thread to another, where it would lose its class. */
export interface SentError {
  readonly kind: string
  readonly message: string
  readonly reason?: string
}

export function sentError(error: unknown): SentError {
  const message = error instanceof Error ? error.message : String(error)
  for (const [kind, known] of Object.entries(kinds)) if (error instanceof known) return { kind, message }
  return error instanceof Rejection
    ? { kind: 'rejection', message, reason: error.reason }
    : { kind: 'panic', message: inspect(error) }
}

export function receivedError({ kind, message, reason = '' }: SentError): Error {
  const known = kinds[kind]
  if (known !== undefined) return new known(message)
  return kind === 'rejection'
    ? new Rejection<string>(reason, message)
    : new ReaderPanic(`a repo could not be read: ${message}`)
}

const kinds: Readonly<Record<string, new (message: string) => Error>> = {
  wrong_key: WrongKey,
  missing_block: MissingBlock,
  conflict: ConflictError,
  invalid: InvalidError,
  unlike_stored: UnlikeStored,
}
