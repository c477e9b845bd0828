import type { Did } from '../../model/did.ts'
import { UnavailableRepoError } from '../../model/errors.ts'
import { sleepUnlessAborted } from '../../model/repeat.ts'
import { type ListedRepo, UnsupportedMethod } from '../../net/host/host.ts'
import type { RepoState } from '../../state/storage/storage.ts'
import { firehoseLive } from '../../state/streams/streams.ts'
import { isAccountUnlike } from './compare.ts'
import { Estimate } from './estimate.ts'
import { askedStatuses, type GapState } from './gap-state.ts'
import type { Answer, GapWork } from './gap-work.ts'

/** Asks for the repos that nothing is known of yet, some of them at a time. */
export async function askOneByOne(work: GapWork, gap: GapState, signal: AbortSignal): Promise<void> {
  const { storage, requestsPerSecond } = work.settings
  const pace = new Estimate(gap.done)
  for (let status = askedStatuses[gap.status]; status !== undefined; status = askedStatuses[gap.status]) {
    const startMs = performance.now()
    const query = {
      status,
      limit: requestsPerSecond,
      ...(gap.cursor !== undefined && { cursor: gap.cursor }),
    }
    const { repos, cursor } = await storage.listRepos(query)
    const doubtful = repos.filter(({ did, desync }) => desync?.reason === 'gap' && !work.settled.has(did))
    if (doubtful.length > 0) {
      await askFor(
        work,
        gap,
        doubtful.map(({ did }) => did),
        signal,
      )
      const pauseMs = startMs + 1000 - performance.now()
      if (cursor !== undefined && pauseMs > 0) await sleepUnlessAborted(pauseMs, signal)
    }
    signal.throwIfAborted()
    if (cursor === undefined) {
      gap.status += 1
      delete gap.cursor
    } else {
      gap.cursor = cursor
    }
    await work.save(gap)
    work.leftMs = pace.leftMs(gap.done, work.total)
    work.told()
  }
}

async function askFor(
  work: GapWork,
  gap: GapState,
  dids: readonly Did[],
  signal: AbortSignal,
): Promise<void> {
  const { storage, streams, concurrency, wallNow } = work.settings
  const stored = await storage.repos(dids)
  const unlike = new Map<Did, Answer>()
  const waiting = [...stored.values()]
  const after = await streams.append(firehoseLive, [])
  const askedMs = wallNow()
  const confirmed: { did: Did; rev: string }[] = []
  const ask = async () => {
    for (let repo = waiting.shift(); repo !== undefined; repo = waiting.shift()) {
      const { did } = repo
      const latest = repo.data === undefined ? undefined : await latestOf(work, repo, signal)
      if (latest === 'hidden') continue
      if (latest === undefined) await work.hand(gap, did)
      else if (latest.rev !== undefined && latest.rev === repo.rev && !isAccountUnlike(latest, repo))
        confirmed.push({ did, rev: latest.rev })
      else unlike.set(did, { did, ...latest, after })
      gap.done += 1
    }
  }
  await Promise.all(Array.from({ length: concurrency }, ask))
  if (confirmed.length > 0) await work.append({ kind: 'confirm', askedMs, repos: confirmed }, signal)
  gap.confirmed += confirmed.length
  await work.settle(gap, unlike, signal)
}

/** @returns undefined where it has to be fetched to know, `hidden` where the host has hidden it as we have. */
async function latestOf(
  work: GapWork,
  repo: RepoState,
  signal: AbortSignal,
): Promise<Pick<ListedRepo, 'rev' | 'active' | 'status'> | 'hidden' | undefined> {
  const { hosts, source, hostOf } = work.settings
  const { did, status } = repo
  const ask = (host: URL, isSource: boolean) =>
    work.patiently(() => hosts.getLatestCommit(host, did, signal), isSource, signal)
  try {
    const latest = await ask(source, true).catch(async (error) => {
      if (!(error instanceof UnsupportedMethod)) throw error
      const host = await hostOf?.(did, signal)
      return host && (await ask(host, false))
    })
    // What it gives out is active.
    return latest && { rev: latest.rev, active: true }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof UnavailableRepoError) || error.status === 'unknown') return undefined
    return error.status === status ? 'hidden' : { active: false, status: error.status }
  }
}
