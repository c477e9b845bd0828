import { wallTimeOf } from '../../model/clock.ts'
import type { Fault } from '../../model/fault.ts'
import type { Storage } from '../../state/storage/storage.ts'
import type { getConfig } from '../contract/config.ts'
import { routes } from '../contract/contract.ts'
import { type AnswerOf, routeName } from '../contract/route.ts'
import { getHealth, getIndex, getReady, getStats } from '../contract/status.ts'
import { Problem } from './problem.ts'
import { answer, type Handled } from './routing.ts'

/** Why a part does not work, and since when, by the steady clock. */
export interface Trouble extends Fault {
  readonly sinceMs: number
}

/** What each part is found to be. */
export type Readiness = Readonly<Record<string, 'ok' | Trouble>>

/** What the running service knows of itself, besides the totals of the storage. */
export type Stats = Omit<AnswerOf<typeof getStats>['body'], 'uptimeSeconds' | 'storage'>

/** The effective configuration, as it is shown: secrets are masked already. */
export type ShownConfig = AnswerOf<typeof getConfig>['body']

export interface StatusOptions {
  /** Asked by `GET /ready`; ready is when every part is `ok`. When it rejects, the answer is 500. */
  readonly ready: () => Readiness | Promise<Readiness>
  readonly stats: () => Stats | Promise<Stats>
  readonly config: () => ShownConfig
  readonly version: string
}

/** `GET /health` and `GET /ready`: for probes, which have no token. */
export function probeRoutes({ ready }: Pick<StatusOptions, 'ready'>): readonly Handled[] {
  return [
    answer(getHealth, () => ({ status: 200, body: { status: 'alive' } })),
    answer(getReady, async () => {
      const parts = Object.entries(await ready())
      const reasons = parts.flatMap(([part, state]) => (state === 'ok' ? [] : [reasonOf(part, state)]))
      if (reasons.length > 0) {
        const checks = Object.fromEntries(
          parts.map(([part, state]) => [part, state === 'ok' ? 'ok' : 'failing']),
        )
        const detail = reasons.map(({ part, reason }) => `${part}: ${reason}`).join('; ')
        throw new Problem(503, { detail, more: { checks, reasons } })
      }
      const checks = Object.fromEntries(parts.map(([part]) => [part, 'ok' as const]))
      return { status: 200, body: { status: 'ready', checks } }
    }),
  ]
}

/** `GET /` and `GET /stats`. */
export function statusRoutes({
  stats,
  version,
  storage,
}: Pick<StatusOptions, 'stats' | 'version'> & { readonly storage: Storage }): readonly Handled[] {
  const summaries = Object.fromEntries(routes.map((route) => [routeName(route), route.summary]))
  return [
    answer(getIndex, () => ({ status: 200, body: { name: 'tidegauge', version, routes: summaries } })),
    answer(getStats, async () => ({
      status: 200,
      body: { uptimeSeconds: process.uptime(), storage: await storage.totals(), ...(await stats()) },
    })),
  ]
}

function reasonOf(part: string, { reason, mend, sinceMs }: Trouble) {
  return { part, reason, since: new Date(wallTimeOf(sinceMs)).toISOString(), mend }
}
