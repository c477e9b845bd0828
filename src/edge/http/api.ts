import compression from 'compression'
import express, { type Express, type RequestHandler } from 'express'
import type { LocalRecords } from '../../flow/local/local-records.ts'
import type { Log } from '../../model/log.ts'
import type { Search } from '../../state/search/search.ts'
import type { Storage } from '../../state/storage/storage.ts'
import type { Route } from '../contract/route.ts'
import { requireAddressed } from './addressed.ts'
import { backfillRoutes } from './backfill.ts'
import { configRoutes } from './config.ts'
import type { Control } from './control.ts'
import { docsRoutes } from './docs.ts'
import { localRecordRoutes } from './local-records.ts'
import { observerRoutes } from './observers.ts'
import { notFound, Problem, problems } from './problem.ts'
import { rateLimit } from './rate-limit.ts'
import { recordRoutes } from './records.ts'
import { repoRoutes } from './repos.ts'
import { routerOf } from './routing.ts'
import { searchRoutes } from './search.ts'
import { probeRoutes, type StatusOptions, statusRoutes } from './status.ts'
import { requireToken } from './token.ts'

export interface ApiOptions extends StatusOptions {
  readonly storage: Storage
  readonly search: Search
  readonly control: Control
  /** The own repo; undefined as long as it cannot be written. @default it cannot */
  readonly local?: () => LocalRecords | undefined
  /** What is answered to anybody, without the token. @default only probes */
  readonly open?: RequestHandler
  /** Answers at `/mcp`, bodies included. @default there is nothing */
  readonly mcp?: RequestHandler
  /** Gets one line for each request that fails through a fault of the service. */
  readonly log: Log
  /** What callers have to send, probes excepted. @default anybody may use it */
  readonly token?: string | undefined
  /** Names by which it may be addressed, besides `localhost` and IP addresses. @default [] */
  readonly names?: readonly string[]
  /** Requests per second that one client may make in the long run; 0 sets no limit. @default 0 */
  readonly rateLimit?: number
  /** Largest body of a request, in bytes. @default 65_536 */
  readonly maxBodyBytes?: number
  /** Longest path and query of a request, in characters. @default 8192 */
  readonly maxUrlLength?: number
}

/** Makes the HTTP API. It answers every request, and every error as `application/problem+json`. */
export function createApi({
  storage,
  search,
  control,
  local = () => undefined,
  open,
  mcp,
  log,
  ready,
  stats,
  config,
  version,
  token,
  names = [],
  rateLimit: perSecond = 0,
  maxBodyBytes = 65_536,
  maxUrlLength = 8192,
}: ApiOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  // Only records have a tag, which is their CID: hashing every other answer would be wasted.
  app.disable('etag')
  app.use(securityHeaders, urlLimit(maxUrlLength), requireAddressed({ names }))
  const handled = [
    ...probeRoutes({ ready }),
    ...docsRoutes(version),
    ...statusRoutes({ stats, version, storage }),
    ...configRoutes({ config, control }),
    ...recordRoutes(storage),
    ...localRecordRoutes(local),
    ...searchRoutes({ storage, search, control }),
    ...repoRoutes({ storage, control }),
    ...backfillRoutes(control),
    ...observerRoutes({ storage, control }),
  ]
  const use = (isMeant: (route: Route) => boolean) =>
    app.use(
      routerOf(
        handled.filter(({ route }) => isMeant(route)),
        { maxBodyBytes },
      ),
    )
  use(({ isUnlimited }) => isUnlimited === true)
  if (perSecond > 0) app.use(rateLimit({ perSecond }))
  // Its streams must not wait in a compressor for more.
  if (mcp !== undefined) app.all('/mcp', token === undefined ? [] : requireToken(token), mcp)
  app.use(compression())
  use(({ isOpen, isUnlimited }) => isOpen === true && !isUnlimited)
  if (open !== undefined) app.use(open)
  if (token !== undefined) app.use(requireToken(token))
  use(({ isOpen }) => !isOpen)
  app.use(notFound, problems(log))
  return app
}

const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  })
  next()
}

function urlLimit(maxLength: number): RequestHandler {
  return ({ originalUrl }, _response, next) => {
    if (originalUrl.length > maxLength)
      throw new Problem(414, { detail: `path and query may be ${maxLength} characters long together` })
    next()
  }
}
