import type { Did } from '../../model/did.ts'
import { type ListedPage, type ListedRepo, UnsupportedMethod } from '../../net/host/host.ts'
import { firehoseBackfill, firehoseLive } from '../../state/streams/streams.ts'
import { compare } from './compare.ts'
import { Estimate } from './estimate.ts'
import type { GapState } from './gap-state.ts'
import type { Answer, GapWork } from './gap-work.ts'

/** Compares all that the source lists, up to its end or `maxPages`. */
export async function compareListing(work: GapWork, gap: GapState, signal: AbortSignal): Promise<void> {
  const { streams, group, pageSize, maxPages, hosts, source, wallNow, onError } = work.settings
  const unlike = new Map<Did, Answer>()
  const pace = new Estimate(gap.done)
  const mostPages = work.settings.onUnknown ? maxPages : Math.min(maxPages, work.total)
  let isWhole = false
  let last = 0
  while (gap.pages < mostPages) {
    const askedMs = wallNow()
    const after = await streams.append(firehoseLive, [])
    const query = { limit: pageSize, signal, ...(gap.cursor !== undefined && { cursor: gap.cursor }) }
    let page: ListedPage
    try {
      page = await work.patiently(() => hosts.listRepos(source, query), true, signal)
    } catch (error) {
      signal.throwIfAborted()
      // What the listing does not tell is asked one by one.
      if (!(error instanceof UnsupportedMethod)) onError(error)
      break
    }
    const confirmed = await comparePage(work, gap, page.repos, unlike, after, signal)
    if (confirmed.length > 0) last = await work.append({ kind: 'confirm', askedMs, repos: confirmed }, signal)
    signal.throwIfAborted()
    gap.pages += 1
    gap.confirmed += confirmed.length
    isWhole = page.cursor === undefined || page.cursor === gap.cursor
    if (page.cursor !== undefined) gap.cursor = page.cursor
    await work.save(gap)
    work.leftMs = pace.leftMs(gap.done, work.total)
    work.told()
    if (isWhole) break
  }
  // Not before its end, so that a gap meanwhile begins the listing again.
  gap.isBeyondListing = !isWhole
  await work.settle(gap, unlike, signal)
  if (last > 0) await streams.acknowledged(firehoseBackfill, group, last, signal)
  signal.throwIfAborted()
  gap.phase = 'ask'
  delete gap.cursor
  await work.save(gap)
}

async function comparePage(
  work: GapWork,
  gap: GapState,
  listed: readonly ListedRepo[],
  unlike: Map<Did, Answer>,
  after: number,
  signal: AbortSignal,
): Promise<readonly { did: Did; rev: string }[]> {
  const stored = await work.settings.storage.repos(listed.map(({ did }) => did))
  await work.settings.onUnknown?.(
    listed.filter(({ did }) => !stored.has(did)),
    signal,
  )
  const confirmed: { did: Did; rev: string }[] = []
  for (const one of listed) {
    const repo = stored.get(one.did)
    if (repo === undefined) continue
    const comparison = compare(one, repo)
    if (comparison !== 'open') gap.done += 1
    if (comparison === 'current' && one.rev !== undefined) confirmed.push({ did: one.did, rev: one.rev })
    else if (comparison === 'unlike') unlike.set(one.did, { ...one, after })
    else if (comparison === 'hidden') work.settled.add(one.did)
    else if (comparison === 'stale') await work.hand(gap, one.did)
  }
  return confirmed
}
