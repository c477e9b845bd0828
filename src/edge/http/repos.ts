import { Router } from 'express'
import type { Repo } from '../../model/repo.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { checked, repoPath, repoQuery } from './input.ts'
import { onlyMethods, Problem } from './problem.ts'

/** `GET /repos` and `GET /repos/{did}`. */
export function repoRoutes({ storage }: { readonly storage: Storage }): Router {
  const router = Router()

  router
    .route('/repos')
    .get(async (request, response) => {
      const { repos, cursor } = await storage.listRepos(checked(repoQuery, request.query))
      response.json({ repos: repos.map(repoJson), cursor })
    })
    .all(onlyMethods('GET'))

  router
    .route('/repos/:did')
    .get(async (request, response) => {
      const { did } = checked(repoPath, request.params)
      const repo = await storage.getRepo(did)
      if (!repo) throw new Problem(404, { detail: 'no such repo is known here' })
      response.json(repoJson(repo))
    })
    .all(onlyMethods('GET'))

  return router
}

/** Leaves out what only the service itself needs. */
function repoJson({ did, status, rev, data, handle, updatedAtMs }: Repo) {
  return { did, handle, status, rev, data, updatedAt: new Date(updatedAtMs).toISOString() }
}
