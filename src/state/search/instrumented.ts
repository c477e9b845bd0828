import type { Meter } from '@opentelemetry/api'
import { bind, observe, timed } from '@tidegauge/otel'
import { searchDisk, searchQueries, searchQuery, searchReindexRecords } from '../../catalog/search/metrics.ts'
import type { Search } from './search.ts'

/** Counts and times queries, and counts what a rebuild of the index reads. */
export function instrumentSearch(search: Search, meter: Meter): Search {
  const measure = timed(meter, { runs: searchQueries, duration: searchQuery })
  const reindexed = bind(meter, searchReindexRecords)
  return {
    apply: (changes) => search.apply(changes),
    index: (record, text) => search.index(record, text),
    query: (query) => measure({}, () => search.query(query)),
    reindex: (records, onProgress) => {
      let counted = 0
      return search.reindex(records, (read) => {
        reindexed.add(read - counted)
        counted = read
        onProgress?.(read)
      })
    },
    sweep: () => search.sweep(),
    prune: (keeps, signal) => search.prune(keeps, signal),
    get isStale() {
      return search.isStale
    },
    diskBytes: () => search.diskBytes(),
  }
}

export function observeSearch(meter: Meter, search: Pick<Search, 'diskBytes'>): void {
  observe(meter, searchDisk, () => search.diskBytes())
}
