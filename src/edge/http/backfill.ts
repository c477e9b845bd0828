import { Router } from 'express'
import { wallTimeOf } from '../../model/clock.ts'
import type { JobState } from '../../state/queue/queue.ts'
import type { Control } from './control.ts'
import { checked, deadLetterPath, deadLetterQuery } from './input.ts'
import { onlyMethods, Problem } from './problem.ts'
import { brief } from './repo-json.ts'

/** `/backfill` and `/dead-letters`: the repos that are fetched whole, and those that could not be. */
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
      const { limit, cursor } = checked(deadLetterQuery, request.query)
      const page = await control.deadLetters({ limit, ...(cursor !== undefined && { cursor }) })
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

function deadLetterJson({ id, key, attempts, dueMs, addedMs, error }: JobState) {
  return {
    id: String(id),
    kind: 'repo',
    did: key,
    attempts,
    error: error && brief(error),
    addedAt: new Date(wallTimeOf(addedMs)).toISOString(),
    diedAt: new Date(wallTimeOf(dueMs)).toISOString(),
  }
}
