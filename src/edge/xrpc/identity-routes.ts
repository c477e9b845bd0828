import { Router } from 'express'
import type { LocalRepo } from '../../flow/local/local-repo.ts'
import { didDocument } from '../../model/did-document.ts'
import { XrpcError } from './errors.ts'
import { Params } from './params.ts'

export interface IdentityRoutesOptions {
  readonly repo: () => LocalRepo
  readonly address: () => URL
}

/** Who the own repo belongs to: its DID document, where the DID is of this place, and its handle. */
export function identityRoutes({ repo, address }: IdentityRoutesOptions): Router {
  const router = Router()

  router.get('/.well-known/did.json', (_request, response) => {
    const own = repo()
    if (!own.did.startsWith('did:web:'))
      throw new XrpcError('NotFound', `the document of ${own.did} is in the directory of DIDs`, 404)
    response.type('application/did+ld+json').send(JSON.stringify(documentOf(own, address())))
  })

  router.get('/.well-known/atproto-did', (_request, response) => {
    response.type('text/plain').send(repo().did)
  })

  router.get('/xrpc/com.atproto.identity.resolveHandle', (request, response) => {
    const own = repo()
    if (own.handle === undefined || new Params(request).text('handle')?.toLowerCase() !== own.handle)
      throw new XrpcError('InvalidRequest', 'Unable to resolve handle')
    response.json({ did: own.did })
  })

  router.get('/xrpc/com.atproto.server.describeServer', (_request, response) => {
    // Nobody can have an account here: the one repo is the node's.
    const { hostname } = address()
    response.json({ did: `did:web:${hostname}`, availableUserDomains: [], inviteCodeRequired: true })
  })

  return router
}

export function documentOf({ did, handle, key }: LocalRepo, address: URL): object {
  return didDocument({ did, handle }, key.multikey, address)
}
