import { Router } from 'express'
import type { LocalRepo } from '../../flow/local/local-repo.ts'
import type { Log } from '../../model/log.ts'
import { XrpcError, xrpcErrors } from './errors.ts'
import { identityRoutes } from './identity-routes.ts'
import { repoRoutes } from './repo-routes.ts'
import { syncRoutes } from './sync-routes.ts'

export interface XrpcOptions {
  /** The own repo; undefined until the node is ready to give it out. */
  readonly repo: () => LocalRepo | undefined
  /** Where others find this node. */
  readonly address: () => URL
  readonly version: string
  readonly log: Log
  /** Files of repos that are sent at a time. @default 16 */
  readonly mostFiles?: number
}

/** Answers what a repo host answers about the node's own repo, to anybody: below `/xrpc` and `/.well-known`. */
export function xrpcRoutes({ repo, address, version, log, mostFiles = 16 }: XrpcOptions): Router {
  const router = Router()
  const ready = () => {
    const own = repo()
    if (own === undefined) throw new XrpcError('NotReady', 'the node is starting: ask again in a second', 503)
    return own
  }
  router.get('/xrpc/_health', (_request, response) => void response.json({ version: `tidegauge ${version}` }))
  router.use(identityRoutes({ repo: ready, address }))
  router.use(syncRoutes({ repo: ready, mostFiles }))
  router.use(repoRoutes({ repo: ready, address }))
  router.use('/xrpc', (request) => {
    if (request.path === '/com.atproto.sync.subscribeRepos')
      throw new XrpcError('InvalidRequest', 'Upgrade to a WebSocket to subscribe', 426)
    // Not 501: what strangers ask for is no fault of this node's, and must not look like one in its numbers.
    throw new XrpcError('XRPCNotSupported', 'this host has no such method', 404)
  })
  router.use(xrpcErrors(log))
  return router
}
