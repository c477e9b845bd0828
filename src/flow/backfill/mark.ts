import { sleepUnlessAborted } from '../../model/repeat.ts'
import { firehoseBackfill } from '../../state/streams/streams.ts'
import { doubtedStatuses, type GapState, type MarkState, markedStatuses } from './gap-state.ts'
import type { GapWork } from './gap-work.ts'

/** Marks every repo that is synced as one that may not be, and doubts the identity of all where events are missing for certain. */
export async function markRepos(
  work: GapWork,
  gap: GapState,
  mark: MarkState,
  signal: AbortSignal,
): Promise<void> {
  const { storage, streams, pageSize, group, onDoubt } = work.settings
  let last = 0
  const visited = [...markedStatuses, ...doubtedStatuses]
  for (let status = visited[mark.status]; status !== undefined; status = visited[mark.status]) {
    const query = { status, limit: pageSize, ...(mark.cursor !== undefined && { cursor: mark.cursor }) }
    const { repos, cursor } = await storage.listRepos(query)
    const dids = repos.map(({ did }) => did)
    if (mark.isCertain && dids.length > 0) onDoubt(dids)
    if (dids.length > 0 && mark.status < markedStatuses.length) {
      last = await work.append({ kind: 'lapse', dids, reason: 'gap', after: mark.after }, signal)
    }
    signal.throwIfAborted()
    if (cursor === undefined) {
      mark.status += 1
      delete mark.cursor
    } else {
      mark.cursor = cursor
    }
    await work.save(gap)
    work.told()
  }
  // A host is asked after the marks are set, since older answers prove nothing against them.
  if (last === 0) last = await streams.append(firehoseBackfill, [])
  await streams.acknowledged(firehoseBackfill, group, last, signal)
  await sleepUnlessAborted(clockStepMs, signal)
  signal.throwIfAborted()
  delete gap.mark
  await work.save(gap)
}

/** After this what is said of a repo bears a later time than its mark, in ms. */
const clockStepMs = 2
