import type { Storage } from '../../state/storage/storage.ts'
import { getRecord, queryRecords } from '../contract/records.ts'
import { Problem } from './problem.ts'
import { pageBytes, recordJson } from './record-json.ts'
import { answer, type Handled } from './routing.ts'

/** `POST /query` and `GET /records/{did}/{collection}/{rkey}`. */
export function recordRoutes(storage: Storage): readonly Handled[] {
  return [
    answer(queryRecords, async ({ body }) => {
      const { records, cursor } = await storage.query({ ...body, maxBytes: pageBytes })
      return { status: 200, body: { records: records.map(recordJson), cursor } }
    }),
    answer(getRecord, async ({ params }) => {
      const record = await storage.get(params)
      if (!record) throw new Problem(404, { detail: 'no such record is kept here' })
      const headers = { ETag: `"${record.cid}"`, 'Cache-Control': 'no-cache' }
      return { status: 200, headers, body: recordJson(record) }
    }),
  ]
}
