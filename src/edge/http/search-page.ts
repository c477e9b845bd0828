import type { RecordAddress, StoredRecord } from '../../model/record.ts'
import type { Search, SearchQuery } from '../../state/search/search.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { pageBytes, type RecordJson, recordJson } from './record-json.ts'

export interface HitJson extends RecordJson {
  /** How well it matches. */
  readonly score: number
}

/** One page of what is found, with the records themselves, as many as a page may hold. */
export async function searchPage(
  { storage, search }: { readonly storage: Pick<Storage, 'get'>; readonly search: Pick<Search, 'query'> },
  query: SearchQuery,
): Promise<{ readonly hits: HitJson[]; readonly cursor: string | undefined }> {
  const { hits, cursor: end } = await search.query(query)
  const records = await recordsOf(hits, storage)
  // Asked once more, since only the end of a page has a cursor.
  const isWhole = records.length === hits.length
  const cursor = isWhole ? end : (await search.query({ ...query, limit: records.length })).cursor
  // The storage hides some of what the index finds: a page may be shorter than asked for without being the last.
  const shown = records.flatMap((record, index) =>
    record ? [{ ...recordJson(record), score: hits[index]?.score ?? 0 }] : [],
  )
  return { hits: shown, cursor }
}

/** The records of the first hits. */
async function recordsOf(hits: readonly RecordAddress[], storage: Pick<Storage, 'get'>) {
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
