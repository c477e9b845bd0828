import { Router } from 'express'
import type { Did } from '../../model/did.ts'
import type { RepoState, Storage } from '../../state/storage/storage.ts'
import type { Control } from './control.ts'
import { checked, jsonBody, repoPath, repoQuery, syncQuery, trackBody } from './input.ts'
import { onlyMethods, Problem } from './problem.ts'
import { failureJson, repoDetailsJson, repoJson } from './repo-json.ts'
import { runSync } from './sync-run.ts'

export interface RepoRoutesOptions {
  readonly storage: Storage
  readonly control: Control
  readonly maxBodyBytes: number
}

/** `/repos`, `/repos/{did}` and what lies below. */
export function repoRoutes({ storage, control, maxBodyBytes }: RepoRoutesOptions): Router {
  const router = Router()
  const details = async (repo: RepoState) =>
    repoDetailsJson(repo, await control.job(repo.did), (await control.tracking(repo.did)) === 'tracked')

  router
    .route('/repos')
    .get(async (request, response) => {
      const { repos, cursor } = await storage.listRepos(checked(repoQuery, request.query))
      response.json({ repos: repos.map(repoJson), cursor })
    })
    .post(...jsonBody(maxBodyBytes), async (request, response) => {
      const { did } = checked(trackBody, request.body)
      const repo = await control.track(did)
      response
        .status(202)
        .location(`/repos/${encodeURIComponent(did)}`)
        .json(await details(repo))
    })
    .all(onlyMethods('GET', 'POST'))

  router
    .route('/repos/:did')
    .get(async (request, response) => {
      const { did } = checked(repoPath, request.params)
      response.json(await details(await requireRepo(storage, did)))
    })
    .delete(async (request, response) => {
      const { did } = checked(repoPath, request.params)
      if (!(await control.untrack(did))) throw unknownRepo()
      response.status(204).end()
    })
    .all(onlyMethods('GET', 'DELETE'))

  router
    .route('/repos/:did/sync')
    .post(async (request, response) => {
      const { did } = checked(repoPath, request.params)
      const { trigger, wait } = checked(syncQuery, request.query)
      const result = await runSync(() => control.sync(did, trigger), wait * 1000)
      if (result === undefined) response.status(202).json({ did, state: 'running' })
      else response.json({ ...result, state: 'synced' })
    })
    .all(onlyMethods('POST'))

  router
    .route('/repos/:did/errors')
    .get(async (request, response) => {
      const { did } = checked(repoPath, request.params)
      const errors = await control.failures(did)
      if (errors.length === 0) await requireRepo(storage, did)
      response.json({ errors: errors.map(failureJson) })
    })
    .all(onlyMethods('GET'))

  return router
}

async function requireRepo(storage: Storage, did: Did): Promise<RepoState> {
  const repo = await storage.getRepo(did)
  if (!repo) throw unknownRepo()
  return repo
}

const unknownRepo = () => new Problem(404, { detail: 'no such repo is known here; POST /repos tracks one' })
