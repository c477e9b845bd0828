import { Router } from 'express'
import type { LocalRepo } from '../../flow/local/local-repo.ts'
import { recordUri } from '../../model/record.ts'
import { recordContent } from '../../model/record-content.ts'
import type { LocalRow } from '../../state/local/store.ts'
import { XrpcError } from './errors.ts'
import { documentOf } from './identity-routes.ts'
import { Params } from './params.ts'

export interface RepoRoutesOptions {
  readonly repo: () => LocalRepo
  readonly address: () => URL
}

/** `com.atproto.repo.*`: the records of the own repo for those who read them. */
export function repoRoutes({ repo, address }: RepoRoutesOptions): Router {
  const router = Router()
  const method = (name: string) => router.route(`/xrpc/com.atproto.repo.${name}`)

  method('describeRepo').get(async (request, response) => {
    const own = repo()
    new Params(request).repo(own)
    response.json({
      handle: own.handle ?? 'handle.invalid',
      did: own.did,
      didDoc: documentOf(own, address()),
      collections: await own.store.collections(),
      handleIsCorrect: own.handle !== undefined,
    })
  })

  method('getRecord').get(async (request, response) => {
    const own = repo()
    const params = new Params(request)
    params.repo(own)
    const key = params.key()
    const record = await own.get(key)
    const wanted = params.text('cid')
    if (record === undefined || (wanted !== undefined && wanted !== record.cid))
      throw new XrpcError('RecordNotFound', `Could not locate record: ${recordUri({ did: own.did, ...key })}`)
    const { uri, cid, bytes } = record
    response.json({ uri, cid, ...recordContent(bytes) })
  })

  method('listRecords').get(async (request, response) => {
    const own = repo()
    const params = new Params(request)
    params.repo(own)
    const collection = params.collection()
    const limit = params.limit(50, 100)
    const after = params.text('cursor')
    const isAscending = params.truth('reverse')
    const rows = await own.store.list({
      collection,
      limit,
      maxBytes: pageBytes,
      isAscending,
      ...(after !== undefined && { after }),
    })
    const last = rows.at(-1)
    response.json({
      // As hosts have it, the last page with records has one, too.
      ...(last !== undefined && { cursor: last.path.slice(collection.length + 1) }),
      records: rows.map((row) => recordJson(own, row)),
    })
  })

  return router
}

function recordJson({ did }: LocalRepo, { path, cid, bytes }: LocalRow): object {
  return { uri: `at://${did}/${path}`, cid, ...recordContent(bytes) }
}

/** Where a page of records ends, in bytes of them as they are stored. */
const pageBytes = 1 << 20
