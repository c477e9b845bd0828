import type { Did } from '../../model/did.ts'
import type { RepoState, Storage } from '../../state/storage/storage.ts'
import { getRepo, listRepoErrors, listRepos, syncRepo, trackRepo, untrackRepo } from '../contract/repos.ts'
import type { Control } from './control.ts'
import { Problem } from './problem.ts'
import { failureJson, repoDetailsJson, repoJson } from './repo-json.ts'
import { answer, type Handled } from './routing.ts'
import { runSync } from './sync-run.ts'

export interface RepoRoutesOptions {
  readonly storage: Storage
  readonly control: Control
}

/** `/repos`, `/repos/{did}` and what lies below. */
export function repoRoutes({ storage, control }: RepoRoutesOptions): readonly Handled[] {
  const details = async (repo: RepoState) =>
    repoDetailsJson(repo, await control.job(repo.did), (await control.tracking(repo.did)) === 'tracked')

  return [
    answer(listRepos, async ({ query }) => {
      const { repos, cursor } = await storage.listRepos(query)
      return { status: 200, body: { repos: repos.map(repoJson), cursor } }
    }),
    answer(trackRepo, async ({ body: { did } }) => {
      const repo = await control.track(did)
      const headers = { Location: `/repos/${encodeURIComponent(did)}` }
      return { status: 202, headers, body: await details(repo) }
    }),
    answer(getRepo, async ({ params: { did } }) => ({
      status: 200,
      body: await details(await requireRepo(storage, did)),
    })),
    answer(untrackRepo, async ({ params: { did } }) => {
      if (!(await control.untrack(did))) throw unknownRepo()
      return { status: 204 }
    }),
    answer(syncRepo, async ({ params: { did }, query: { trigger, wait } }) => {
      const result = await runSync(() => control.sync(did, trigger), wait * 1000)
      if (result === undefined) return { status: 202, body: { did, state: 'running' } }
      return { status: 200, body: { ...result, state: 'synced' } }
    }),
    answer(listRepoErrors, async ({ params: { did } }) => {
      const errors = await control.failures(did)
      if (errors.length === 0) await requireRepo(storage, did)
      return { status: 200, body: { errors: errors.map(failureJson) } }
    }),
  ]
}

async function requireRepo(storage: Storage, did: Did): Promise<RepoState> {
  const repo = await storage.getRepo(did)
  if (!repo) throw unknownRepo()
  return repo
}

const unknownRepo = () => new Problem(404, { detail: 'no such repo is known here; POST /repos tracks one' })
