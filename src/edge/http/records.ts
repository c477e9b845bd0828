import { Router } from 'express'
import type { Storage } from '../../state/storage/storage.ts'
import { checked, jsonBody, recordPath, recordQuery } from './input.ts'
import { onlyMethods, Problem } from './problem.ts'
import { pageBytes, recordJson } from './record-json.ts'

export interface RecordRoutesOptions {
  readonly storage: Storage
  readonly maxBodyBytes: number
}

/** `POST /query` and `GET /records/{did}/{collection}/{rkey}`. */
export function recordRoutes({ storage, maxBodyBytes }: RecordRoutesOptions): Router {
  const router = Router()

  router
    .route('/query')
    .post(...jsonBody(maxBodyBytes), async (request, response) => {
      const { records, cursor } = await storage.query({
        ...checked(recordQuery, request.body),
        maxBytes: pageBytes,
      })
      response.json({ records: records.map(recordJson), cursor })
    })
    .all(onlyMethods('POST'))

  router
    .route('/records/:did/:collection/:rkey')
    .get(async (request, response) => {
      const record = await storage.get(checked(recordPath, request.params))
      if (!record) throw new Problem(404, { detail: 'no such record is kept here' })
      response.set({ ETag: `"${record.cid}"`, 'Cache-Control': 'no-cache' })
      // Express answers 304 where the caller's tag is the same.
      response.json(recordJson(record))
    })
    .all(onlyMethods('GET'))

  return router
}
