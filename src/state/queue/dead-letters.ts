import { InvalidError } from '../../model/errors.ts'
import type { Place } from './job-table.ts'

/** Before this come all dead letters. */
export const newest: Place = { dueMs: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER }

/** Encodes after which dead letter the next page begins. */
export function encodePlace({ dueMs, id }: Place): string {
  return Buffer.from(JSON.stringify([dueMs, id])).toString('base64url')
}

/** @throws {InvalidError} when no page gave this cursor. */
export function decodePlace(cursor: string): Place {
  try {
    const [dueMs, id, ...rest] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (Number.isSafeInteger(dueMs) && Number.isSafeInteger(id) && rest.length === 0) {
      return { dueMs: dueMs as number, id: id as number }
    }
  } catch {
    // Falls through to the one answer for everything that is not a cursor.
  }
  throw new InvalidError(
    'the cursor is not one of these dead letters: leave it out to begin at the first page',
  )
}
