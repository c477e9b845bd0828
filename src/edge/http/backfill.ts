import { Router } from 'express'
import { decodePayload } from '../../flow/observers/action-job.ts'
import { actionsQueue } from '../../model/action.ts'
import { wallTimeOf } from '../../model/clock.ts'
import { InvalidError } from '../../model/errors.ts'
import type { JobState } from '../../state/queue/queue.ts'
import type { Control } from './control.ts'
import { checked, deadLetterPath, deadLetterQuery } from './input.ts'
import { onlyMethods, Problem } from './problem.ts'
import { brief } from './repo-json.ts'

/** `/backfill` and `/dead-letters`: the repos that are fetched whole, and what was given up, actions included. */
export function backfillRoutes(control: Control): Router {
  const router = Router()

  router
    .route('/backfill')
    .get(async (_request, response) => {
      response.json(await control.backfill.progress())
    })
    .post(async (_request, response) => {
      await control.backfill.start()
      response.status(202).json(await control.backfill.progress())
    })
    .all(onlyMethods('GET', 'POST'))

  router
    .route('/dead-letters')
    .get(async (request, response) => {
      const { kind, limit, cursor } = checked(deadLetterQuery, request.query)
      const page = await control.deadLetters({ limit, ...(kind && { kind }), ...(cursor && { cursor }) })
      response.json({ deadLetters: page.jobs.map(deadLetterJson), cursor: page.cursor })
    })
    .all(onlyMethods('GET'))

  router
    .route('/dead-letters/:id/retry')
    .post(async (request, response) => {
      const { id } = checked(deadLetterPath, request.params)
      if (!(await control.revive(id)))
        throw new Problem(404, { detail: 'no dead letter has that number; GET /dead-letters lists them' })
      response.status(202).json({ id, state: 'waiting' })
    })
    .all(onlyMethods('POST'))

  return router
}

function deadLetterJson({ id, queue, key, payload, attempts, deaths, dueMs, addedMs, error }: JobState) {
  return {
    id: String(id),
    ...(queue === actionsQueue ? { kind: 'job', key, ...actionJson(payload) } : { kind: 'repo', did: key }),
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
