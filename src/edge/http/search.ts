import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { Search } from '../../state/search/search.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { rebuildSearch, searchRecords } from '../contract/search.ts'
import type { Control } from './control.ts'
import { Problem } from './problem.ts'
import { pageBytes, recordJson } from './record-json.ts'
import { answer, type Handled } from './routing.ts'

export interface SearchRoutesOptions {
  readonly storage: Storage
  readonly search: Search
  readonly control: Pick<Control, 'reindexSearch'>
}

/** `GET /search?q=` and `POST /search/reindex`. */
export function searchRoutes({ storage, search, control }: SearchRoutesOptions): readonly Handled[] {
  /** The records of the first hits, as many as a page may hold. */
  const recordsOf = async (hits: readonly RecordAddress[]) => {
    const records: (StoredRecord | undefined)[] = []
    let bytes = 0
    for (const hit of hits) {
      const record = await storage.get(hit)
      bytes += record?.bytes.length ?? 0
      if (bytes > pageBytes && records.length > 0) break
      records.push(record)
    }
    return records
  }

  return [
    answer(searchRecords, async ({ query: { q: text, ...rest } }) => {
      const { hits, cursor: end } = await search.query({ text, ...rest })
      const records = await recordsOf(hits)
      // Asked once more, since only the end of a page has a cursor.
      const isWhole = records.length === hits.length
      const cursor = isWhole ? end : (await search.query({ text, ...rest, limit: records.length })).cursor
      // The storage hides some of what the index finds: a page may be shorter than asked for without being the last.
      const shown = records.flatMap((record, index) =>
        record ? [{ ...recordJson(record), score: hits[index]?.score ?? 0 }] : [],
      )
      return { status: 200, body: { hits: shown, cursor } }
    }),
    answer(rebuildSearch, () => {
      if (!control.reindexSearch())
        throw new Problem(409, { detail: 'the search index is being rebuilt already' })
      return { status: 202, body: { state: 'running' } }
    }),
  ]
}
