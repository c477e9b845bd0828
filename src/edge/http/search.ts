import type { Search } from '../../state/search/search.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { rebuildSearch, searchRecords } from '../contract/search.ts'
import type { Control } from './control.ts'
import { Problem } from './problem.ts'
import { answer, type Handled } from './routing.ts'
import { searchPage } from './search-page.ts'

export interface SearchRoutesOptions {
  readonly storage: Storage
  readonly search: Search
  readonly control: Pick<Control, 'reindexSearch'>
}

/** `GET /search?q=` and `POST /search/reindex`. */
export function searchRoutes({ storage, search, control }: SearchRoutesOptions): readonly Handled[] {
  return [
    answer(searchRecords, async ({ query: { q: text, ...rest } }) => ({
      status: 200,
      body: await searchPage({ storage, search }, { text, ...rest }),
    })),
    answer(rebuildSearch, () => {
      if (!control.reindexSearch())
        throw new Problem(409, { detail: 'the search index is being rebuilt already' })
      return { status: 202, body: { state: 'running' } }
    }),
  ]
}
