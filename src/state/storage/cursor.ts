import { InvalidError } from '../../model/errors.ts'
import { hash } from './record-terms.ts'

/** Encodes where the next page of a query begins, in a form that only the same query accepts. */
export function encodeCursor(after: string | number, query: object): string {
  return Buffer.from(JSON.stringify([queryMark(query), after])).toString('base64url')
}

/** @throws {InvalidError} when the text is not a cursor, or one of another query. */
export function decodeCursor<Kind extends 'string' | 'number'>(
  cursor: string,
  query: object,
  kind: Kind,
): Kind extends 'string' ? string : number {
  try {
    const [mark, after, ...rest] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (mark === queryMark(query) && typeof after === kind && rest.length === 0) return after as never
  } catch {
    // Falls through to the one answer for everything that is not a cursor.
  }
  throw new InvalidError('the cursor does not belong to this query: leave it out to begin at the first page')
}

/** Distinguishes queries; the size of the page may change from one page to the next. */
function queryMark(query: object): string {
  const { limit: _, maxBytes: __, cursor: ___, ...rest } = query as Record<string, unknown>
  return hash(
    JSON.stringify(
      Object.entries(rest)
        .filter(([, value]) => value !== undefined)
        .sort(),
    ),
  )
}
