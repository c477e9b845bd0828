import type { BackfillEntry, EndStep, PartStep } from '../../model/backfill.ts'
import type { Did } from '../../model/did.ts'
import { answerAccount } from './account.ts'
import type { Batch } from './batch.ts'
import { afterAbort, afterBegin, afterConfirm, afterEnd, afterLapse, currentRun, isConflict } from './step.ts'
import type { Transition } from './transition.ts'

/** A step of a sync run, or what else was found out. Keys are for events that wait (`drain`). */
export type Step = Exclude<BackfillEntry, { readonly kind: 'key' }>

/** Adds a step to a batch. */
export function takeStep(batch: Batch, step: Step): void {
  switch (step.kind) {
    case 'begin':
      change(batch, step.did, afterBegin(batch.repo(step.did), step.ticket))
      break
    case 'part':
      takePart(batch, step)
      break
    case 'end':
      takeEnd(batch, step)
      break
    case 'abort': {
      const repo = batch.find(step.did)
      if (repo === undefined || currentRun(repo)?.ticket !== step.ticket) break
      change(batch, step.did, afterAbort(repo, step.isFinal, batch.nowMs))
      break
    }
    case 'lapse':
      for (const did of step.dids) {
        const { rev } = batch.waiting(did)
        change(batch, did, afterLapse(batch.repo(did), step.reason, batch.nowMs, rev))
      }
      break
    case 'confirm':
      for (const { did, rev } of step.repos) {
        const repo = batch.find(did)
        if (repo !== undefined) change(batch, did, afterConfirm(repo, rev, step.askedMs))
      }
      break
    case 'account':
      answerAccount(batch, step)
      break
    case 'handle': {
      const repo = batch.find(step.did)
      if (repo !== undefined) change(batch, step.did, { repo: { ...repo, handle: step.handle } })
      break
    }
    case 'remove':
      if (batch.find(step.did) !== undefined) batch.draft(step.did).remove()
  }
}

function takePart(batch: Batch, { did, ticket, data, rev, puts }: PartStep): void {
  if (currentRun(batch.repo(did))?.ticket !== ticket) return
  // Nobody sees it, so the repo stays as it is, the time of its last change included.
  const draft = batch.draft(did)
  const staged = puts.map((record) => batch.stored({ did, rev, ...record }))
  const before = draft.stage?.data === data ? draft.stage.puts : []
  draft.stage = { data, puts: before.length === 0 ? staged : [...before, ...staged] }
}

function takeEnd(batch: Batch, end: EndStep): void {
  const { did, ticket, rev, data, staged, puts, deletes } = end
  const { ends } = batch.notices
  const repo = batch.find(did)
  if (repo === undefined || currentRun(repo)?.ticket !== ticket) {
    ends.push([did, ticket, 'void'])
    return
  }
  if (isConflict(repo, end)) {
    change(batch, did, afterAbort(repo, false, batch.nowMs))
    ends.push([did, ticket, 'conflict'])
    return
  }
  change(batch, did, afterEnd(repo, end, batch.nowMs))
  const draft = batch.draft(did)
  if (staged) draft.unveil = { data }
  for (const record of puts) draft.put(batch.stored({ did, rev, ...record }))
  for (const address of deletes) draft.delete({ did, ...address })
  ends.push([did, ticket, 'applied'])
}

function change(batch: Batch, did: Did, transition: Transition | undefined): void {
  if (transition === undefined) return
  if (transition.release) batch.tally.dropped += batch.repo(did).held ?? 0
  batch.change(did, transition)
  const { held = 0, content } = batch.repo(did)
  if (held > 0 && content !== 'syncing') batch.drains.add(did)
}
