import { Router } from 'express'
import { wallTimeOf } from '../../model/clock.ts'
import type { Fault } from '../../model/fault.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { onlyMethods, Problem } from './problem.ts'

/** Why a part does not work, and since when, by the steady clock. */
export interface Trouble extends Fault {
  readonly sinceMs: number
}

/** What each part is found to be. */
export type Readiness = Readonly<Record<string, 'ok' | Trouble>>

/** Whatever can be written as a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>

export interface StatusOptions {
  /** Asked by `GET /ready`; ready is when every part is `ok`. When it rejects, the answer is 500. */
  readonly ready: () => Readiness | Promise<Readiness>
  /** What the running service knows of itself, besides the totals of the storage. */
  readonly stats: () => JsonObject | Promise<JsonObject>
  /** The effective configuration; secrets are masked already. */
  readonly config: () => JsonObject
  readonly version: string
}

/** `GET /health` and `GET /ready`: for probes, which have no token. */
export function probeRoutes({ ready }: Pick<StatusOptions, 'ready'>): Router {
  const router = Router()

  router
    .route('/health')
    .get((_request, response) => {
      response.json({ status: 'alive' })
    })
    .all(onlyMethods('GET'))

  router
    .route('/ready')
    .get(async (_request, response) => {
      const parts = await ready()
      const checks = Object.fromEntries(
        Object.entries(parts).map(([part, state]) => [part, state === 'ok' ? 'ok' : 'failing']),
      )
      const reasons = Object.entries(parts).flatMap(([part, state]) =>
        state === 'ok' ? [] : [reasonOf(part, state)],
      )
      if (reasons.length > 0) {
        const detail = reasons.map(({ part, reason }) => `${part}: ${reason}`).join('; ')
        throw new Problem(503, { detail, more: { checks, reasons } })
      }
      response.set('Cache-Control', 'no-store').json({ status: 'ready', checks })
    })
    .all(onlyMethods('GET'))

  return router
}

/** `GET /`, `GET /stats` and `GET /config`. */
export function statusRoutes({
  stats,
  config,
  version,
  storage,
}: Omit<StatusOptions, 'ready'> & { readonly storage: Storage }): Router {
  const router = Router()

  router
    .route('/')
    .get((_request, response) => {
      response.json({ name: 'tidegauge', version, routes })
    })
    .all(onlyMethods('GET'))

  router
    .route('/stats')
    .get(async (_request, response) => {
      response.json({ uptimeSeconds: process.uptime(), storage: await storage.totals(), ...(await stats()) })
    })
    .all(onlyMethods('GET'))

  router
    .route('/config')
    .get((_request, response) => {
      response.json(config())
    })
    .all(onlyMethods('GET'))

  return router
}

function reasonOf(part: string, { reason, mend, sinceMs }: Trouble) {
  return { part, reason, since: new Date(wallTimeOf(sinceMs)).toISOString(), mend }
}

const routes = {
  'GET /health': 'the process is alive',
  'GET /ready': 'every part of the service works, or why which does not, since when, and what mends it (503)',
  'GET /stats': 'how much there is, and how the service is doing',
  'GET /config': 'the effective configuration and where each value came from',
  'POST /query': 'records by did, collection, linksTo and where; JSON body, limit and cursor',
  'GET /records/{did}/{collection}/{rkey}': 'one record',
  'GET /search?q=': 'records that hold every word; collection, limit and cursor',
  'POST /search/reindex': 'rebuilds the search index',
  'GET /repos': 'repos; status, limit and cursor',
  'POST /repos': 'tracks a repo: {"did": …}; it is fetched whole and kept',
  'GET /repos/{did}': 'one repo; why it is not synced, since when, and when it is tried again',
  'DELETE /repos/{did}': 'removes a repo, and keeps nothing of it until it is tracked',
  'POST /repos/{did}/sync': 'brings one repo up to date; ?wait=SECONDS',
  'GET /repos/{did}/errors': 'why its last sync runs have failed',
  'GET /backfill': 'how far fetching whole repos has come',
  'POST /backfill': 'lists the repos of the source once more, and fetches what is not synced',
  'GET /dead-letters': 'repos and actions that were given up; kind (repo or job), limit and cursor',
  'POST /dead-letters/{id}/retry': 'puts one of them back',
  'GET /observers': 'who observes what',
  'POST /observers/test': 'what observers would do about one event: {"event": {"uri": …}}; nothing runs',
  'POST /observers/replay':
    'what would have come to observers of the records since: {"since": …}; nothing runs',
}
