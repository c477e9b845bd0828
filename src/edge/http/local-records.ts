import {
  InvalidRecordError,
  LocalConflictError,
  LocalRepoClosedError,
  RecordTooLargeError,
} from '../../flow/local/errors.ts'
import type { LocalKey, LocalRecords, WriteCondition } from '../../flow/local/local-records.ts'
import type { Did } from '../../model/did.ts'
import { deleteRecord, putRecord } from '../contract/local-records.ts'
import { type PreconditionHeaders, preconditionOf } from './preconditions.ts'
import { Problem } from './problem.ts'
import { answer, type Handled } from './routing.ts'

/**
 * `PUT` and `DELETE /records/{did}/{collection}/{rkey}`, for the DID of the node itself.
 *
 * @param local the own repo; undefined as long as it cannot be written.
 */
export function localRecordRoutes(local: () => LocalRecords | undefined): readonly Handled[] {
  return [
    answer(putRecord, async ({ params: { did, ...key }, headers, body }) => {
      const own = ownOf(local(), did)
      const { created, uri, cid, rev } = await guarded(own, key, headers, (condition) =>
        own.put(key, body, condition),
      )
      const tag = { ETag: `"${cid}"` }
      return { status: created ? 201 : 200, headers: tag, body: { uri, cid, rev } }
    }),
    answer(deleteRecord, async ({ params: { did, ...key }, headers }) => {
      const own = ownOf(local(), did)
      const deleted = await guarded(own, key, headers, (condition) => own.delete(key, condition))
      if (deleted === undefined) throw new Problem(404, { detail: 'there is no such record' })
      return { status: 200, body: { rev: deleted.rev } }
    }),
  ]
}

function ownOf(own: LocalRecords | undefined, did: Did): LocalRecords {
  if (own === undefined) throw unready('the node is starting, or none runs: try again in a second', 1)
  if (did === own.did) return own
  throw new Problem(403, {
    type: 'foreign-repo',
    detail: `the records of ${did} are written at its own host; this node writes those of ${own.did}`,
    more: { ownDid: own.did },
  })
}

/** Writes where the preconditions hold of what is there at that moment. */
async function guarded<Result>(
  own: LocalRecords,
  key: LocalKey,
  headers: PreconditionHeaders,
  write: (condition: WriteCondition) => Promise<Result>,
): Promise<Result> {
  const holds = preconditionOf(headers)
  for (let tries = 0; ; tries++) {
    try {
      if (holds === undefined) return await write({})
      const current = (await own.get(key))?.cid ?? null
      if (!holds(current)) throw failed(current)
      return await write({ swap: current })
    } catch (error) {
      // Somebody was faster; what is there by now may fit as well.
      if (!(error instanceof LocalConflictError)) throw problemOf(error)
      if (tries === mostTries) throw failed(error.current)
    }
  }
}

const mostTries = 20

function failed(current: string | null): Problem {
  const detail =
    current === null ? 'there is no such record' : `the record is another by now: its tag is "${current}"`
  return new Problem(412, { detail, more: { current } })
}

function problemOf(error: unknown): unknown {
  if (error instanceof RecordTooLargeError) return new Problem(413, { detail: error.message })
  if (error instanceof InvalidRecordError) {
    const { message: detail, pointer } = error
    return new Problem(400, { detail, more: { errors: [{ pointer: `#${pointer}`, detail }] } })
  }
  return error instanceof LocalRepoClosedError ? unready(error.message, 5) : error
}

function unready(detail: string, retryAfterSeconds: number): Problem {
  const headers = { 'Retry-After': String(retryAfterSeconds) }
  return new Problem(503, { type: 'node-starting', detail, headers })
}
