import { decodePayload } from '../../flow/observers/action-job.ts'
import { actionsQueue } from '../../model/action.ts'
import { wallTimeOf } from '../../model/clock.ts'
import { InvalidError } from '../../model/errors.ts'
import type { JobState } from '../../state/queue/queue.ts'
import { getBackfill, listDeadLetters, retryDeadLetter, startBackfill } from '../contract/backfill.ts'
import type { Control } from './control.ts'
import { Problem } from './problem.ts'
import { brief } from './repo-json.ts'
import { answer, type Handled } from './routing.ts'

/** `/backfill` and `/dead-letters`: the repos that are fetched whole, and what was given up, actions included. */
export function backfillRoutes(control: Control): readonly Handled[] {
  return [
    answer(getBackfill, async () => ({ status: 200, body: await control.backfill.progress() })),
    answer(startBackfill, async () => {
      await control.backfill.start()
      return { status: 202, body: await control.backfill.progress() }
    }),
    answer(listDeadLetters, async ({ query: { kind, limit, cursor } }) => {
      const page = await control.deadLetters({ limit, ...(kind && { kind }), ...(cursor && { cursor }) })
      return { status: 200, body: { deadLetters: page.jobs.map(deadLetterJson), cursor: page.cursor } }
    }),
    answer(retryDeadLetter, async ({ params: { id } }) => {
      if (!(await control.revive(id)))
        throw new Problem(404, { detail: 'no dead letter has that number; GET /dead-letters lists them' })
      return { status: 202, body: { id, state: 'waiting' } }
    }),
  ]
}

function deadLetterJson({ id, queue, key, payload, attempts, deaths, dueMs, addedMs, error }: JobState) {
  return {
    id: String(id),
    ...(queue === actionsQueue
      ? { kind: 'job' as const, key, ...actionJson(payload) }
      : { kind: 'repo' as const, did: key }),
    attempts: attempts + deaths,
    error: error && brief(error),
    addedAt: new Date(wallTimeOf(addedMs)).toISOString(),
    diedAt: new Date(wallTimeOf(dueMs)).toISOString(),
  }
}

/** Which action it was, and about what; nothing where that was why it was given up. */
function actionJson(payload: string) {
  try {
    const { observer, action, kind, event } = decodePayload(payload)
    return { observer, number: action + 1, action: kind, did: event.did, uri: event.uri }
  } catch (error) {
    if (error instanceof InvalidError) return {}
    throw error
  }
}
