import { Router } from 'express'
import type { Search } from '../../state/search/search.ts'
import type { Storage } from '../../state/storage/storage.ts'
import type { Control } from './control.ts'
import { checked, searchQuery } from './input.ts'
import { onlyMethods, Problem } from './problem.ts'
import { recordJson } from './record-json.ts'

export interface SearchRoutesOptions {
  readonly storage: Storage
  readonly search: Search
  readonly control: Pick<Control, 'reindexSearch'>
}

/** `GET /search?q=` and `POST /search/reindex`. */
export function searchRoutes({ storage, search, control }: SearchRoutesOptions): Router {
  const router = Router()

  router
    .route('/search')
    .get(async (request, response) => {
      const { q: text, ...rest } = checked(searchQuery, request.query)
      const { hits, cursor } = await search.query({ text, ...rest })
      const records = await Promise.all(hits.map((hit) => storage.get(hit)))
      // The storage hides some of what the index finds: a page may be shorter than asked for without being the last.
      const shown = records.flatMap((record, index) =>
        record ? [{ ...recordJson(record), score: hits[index]?.score }] : [],
      )
      response.json({ hits: shown, cursor })
    })
    .all(onlyMethods('GET'))

  router
    .route('/search/reindex')
    .post((_request, response) => {
      if (!control.reindexSearch())
        throw new Problem(409, { detail: 'the search index is being rebuilt already' })
      response.status(202).json({ state: 'running' })
    })
    .all(onlyMethods('POST'))

  return router
}
