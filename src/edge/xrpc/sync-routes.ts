import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Response, Router } from 'express'
import type { LocalRepo } from '../../flow/local/local-repo.ts'
import type { LocalSnapshot } from '../../flow/local/snapshot.ts'
import { blockOf } from '../../net/repo/block.ts'
import { cidText } from '../../net/repo/cid.ts'
import type { LocalHead } from '../../state/local/store.ts'
import { XrpcError } from './errors.ts'
import { Params } from './params.ts'

export interface SyncRoutesOptions {
  readonly repo: () => LocalRepo
  readonly mostFiles: number
}

/** `com.atproto.sync.*`: the own repo for those who keep copies of it. */
export function syncRoutes({ repo, mostFiles }: SyncRoutesOptions): Router {
  const router = Router()
  const method = (name: string) => router.route(`/xrpc/com.atproto.sync.${name}`)
  let files = 0

  /** Sends a file no faster than it is read, and not too many at a time. */
  const send = async (response: Response, chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    if (files >= mostFiles) {
      response.set('Retry-After', '1')
      throw new XrpcError('RateLimitExceeded', `${mostFiles} files are sent at a time: ask again`, 429)
    }
    files += 1
    try {
      response.type('application/vnd.ipld.car')
      await pipeline(Readable.from(chunks, { objectMode: false }), response)
    } catch (error) {
      // Whoever has hung up needs no answer, and that is no fault of this node.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    } finally {
      files -= 1
    }
  }

  const snapshotOf = async (params: Params): Promise<LocalSnapshot> => {
    const own = repo()
    params.did(own)
    return (await own.snapshot()) ?? notFound(own)
  }

  method('getRepo').get(async (request, response) => {
    const params = new Params(request)
    const since = params.since()
    await send(response, (await snapshotOf(params)).car(since))
  })

  method('getRecord').get(async (request, response) => {
    const params = new Params(request)
    const { collection, rkey } = params.key()
    await send(response, (await snapshotOf(params)).proof(`${collection}/${rkey}`))
  })

  method('getBlocks').get(async (request, response) => {
    const params = new Params(request)
    const cids = params.cids()
    const blocks = await (await snapshotOf(params)).blocks(cids)
    if (blocks === undefined) throw new XrpcError('BlockNotFound', 'Could not find all of these blocks')
    await send(response, blocks)
  })

  method('getLatestCommit').get(async (request, response) => {
    const own = repo()
    new Params(request).did(own)
    const head = (await own.head()) ?? notFound(own)
    response.json({ cid: commitCid(head), rev: head.rev })
  })

  method('getRepoStatus').get(async (request, response) => {
    const own = repo()
    new Params(request).did(own)
    const { rev } = (await own.head()) ?? notFound(own)
    response.json({ did: own.did, active: true, rev })
  })

  method('listRepos').get(async (request, response) => {
    const own = repo()
    const params = new Params(request)
    params.limit(500, 1000)
    const head = params.text('cursor') === undefined ? await own.head() : undefined
    const repos = head ? [{ did: own.did, head: commitCid(head), rev: head.rev, active: true }] : []
    response.json({ repos })
  })

  return router
}

function commitCid({ commit }: LocalHead): string {
  return cidText(blockOf(commit).cid)
}

/** There is no repo before its first record. */
function notFound({ did }: LocalRepo): never {
  throw new XrpcError('RepoNotFound', `Could not find repo for DID: ${did}`)
}
