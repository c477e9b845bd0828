import { validate as isTid } from '@atcute/tid'
import { isDid } from '../model/did.ts'
import { didDocument } from '../model/did-document.ts'
import { isNsid } from '../model/nsid.ts'
import { cidText } from '../net/repo/cid.ts'
import type { Account } from './accounts.ts'
import type { Host } from './host.ts'

/** What is answered to a GET. */
export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
}

export interface Request {
  readonly host: Host
  readonly path: string
  readonly params: URLSearchParams
  /** Where this network is, for the DID documents. */
  readonly pds: URL
  /** Called with what is answered as an internal error. */
  readonly onError: (error: unknown) => void
}

/** Answers what a relay, a PDS and the PLC directory answer. */
export async function answer(request: Request): Promise<Answer> {
  try {
    return await route(request)
  } catch (error) {
    if (error instanceof QueryError) return json({ error: error.type, message: error.message }, error.status)
    request.onError(error)
    return json({ error: 'InternalServerError', message: 'Internal Server Error' }, 500)
  }
}

function route({ host, path, params, pds }: Request): Answer | Promise<Answer> {
  if (path === '/_health' || path === '/xrpc/_health') return json({ version: 'demo' })
  if (path.startsWith('/xrpc/')) return query(host, path.slice('/xrpc/'.length), params, pds)
  const did = decode(path.slice(1))
  return did.startsWith('did:') ? resolve(host, did, pds) : json({ message: 'Not Found' }, 404)
}

function resolve({ accounts }: Host, did: string, pds: URL): Answer {
  const account = accounts.find(did)
  if (account === undefined) return json({ message: `DID not registered: ${did}` }, 404)
  const document = didDocument(account, account.multikey, pds)
  return json(document, 200, 'application/did+ld+json; charset=utf-8')
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

type Query = (host: Host, params: URLSearchParams, pds: URL) => Answer | Promise<Answer>

function query(host: Host, method: string, params: URLSearchParams, pds: URL): Answer | Promise<Answer> {
  const run = queries.get(method)
  if (run === undefined) throw new QueryError('MethodNotImplemented', 'Method Not Implemented', 501)
  return run(host, params, pds)
}

const queries = new Map<string, Query>([
  [
    'com.atproto.server.describeServer',
    (_host, _params, pds) =>
      json({ did: `did:web:${pds.hostname}`, availableUserDomains: ['.test'], inviteCodeRequired: true }),
  ],
  [
    'com.atproto.identity.resolveHandle',
    ({ accounts }, params) => {
      const account = accounts.findByHandle(params.get('handle') ?? '')
      if (account === undefined) throw new QueryError('InvalidRequest', 'Unable to resolve handle')
      return json({ did: account.did })
    },
  ],
  [
    'com.atproto.sync.listRepos',
    ({ accounts }, params) => page(accounts.list(...paging(params, 500, 1000)), params, 500, listed),
  ],
  [
    'com.atproto.sync.listReposByCollection',
    ({ accounts }, params) => {
      const collection = params.get('collection')
      if (!isNsid(collection)) throw new QueryError('InvalidRequest', 'collection must be a valid nsid')
      const found = accounts.listByCollection(collection, ...paging(params, 500, 2000))
      return page(found, params, 500, ({ did }) => ({ did }))
    },
  ],
  [
    'com.atproto.sync.getRepo',
    async (host, params) => {
      // As a PDS does, it takes an empty text for none.
      const since = params.get('since') || undefined
      if (since !== undefined && !isTid(since)) throw new QueryError('InvalidRequest', 'since must be a TID')
      const body = await host.exportRepo(active(find(host, params)), since)
      return { status: 200, type: 'application/vnd.ipld.car', body }
    },
  ],
  [
    'com.atproto.sync.getLatestCommit',
    (host, params) => {
      const { head } = active(find(host, params))
      return json({ cid: cidText(head.commit.cid), rev: head.rev })
    },
  ],
  [
    'com.atproto.sync.getRepoStatus',
    (host, params) => {
      const { did, status, head } = find(host, params)
      return json(status === 'active' ? { did, active: true, rev: head.rev } : { did, active: false, status })
    },
  ],
  [
    'com.atproto.sync.subscribeRepos',
    () => {
      throw new QueryError('InvalidRequest', 'Upgrade to a WebSocket to subscribe', 426)
    },
  ],
])

function listed({ did, status, head }: Account): object {
  const repo = { did, head: cidText(head.commit.cid), rev: head.rev }
  return status === 'active' ? { ...repo, active: true } : { ...repo, active: false, status }
}

function find({ accounts }: Host, params: URLSearchParams): Account {
  const did = params.get('did')
  if (!isDid(did)) throw new QueryError('InvalidRequest', 'did must be a valid did')
  const account = accounts.find(did)
  if (account === undefined) throw new QueryError('RepoNotFound', `Could not find repo for DID: ${did}`)
  return account
}

function active(account: Account): Account {
  const error = refusals.get(account.status)
  if (error !== undefined) throw new QueryError(error, `Repo is not available: ${account.did}`)
  return account
}

const refusals = new Map<string, string>([
  ['deactivated', 'RepoDeactivated'],
  ['suspended', 'RepoSuspended'],
  ['takendown', 'RepoTakendown'],
  ['deleted', 'RepoNotFound'],
])

function paging(params: URLSearchParams, usual: number, most: number): [after: number, limit: number] {
  const limit = Number(params.get('limit') ?? usual)
  const after = Number(params.get('cursor') ?? 0)
  if (!Number.isInteger(limit) || limit < 1 || limit > most) {
    throw new QueryError('InvalidRequest', `limit must be a whole number from 1 to ${most}`)
  }
  if (!Number.isSafeInteger(after) || after < 0) throw new QueryError('InvalidRequest', 'cursor is malformed')
  return [after, limit]
}

/** Every full page has a cursor: only the next page shows whether there is more. */
function page(
  found: readonly Account[],
  params: URLSearchParams,
  usual: number,
  view: (account: Account) => object,
): Answer {
  const last = found.at(-1)
  const more = last !== undefined && found.length === Number(params.get('limit') ?? usual)
  return json({ ...(more && { cursor: String(last.id) }), repos: found.map(view) })
}

function json(value: unknown, status = 200, type = 'application/json; charset=utf-8'): Answer {
  return { status, type, body: JSON.stringify(value) }
}

class QueryError extends Error {
  readonly type: string
  readonly status: number

  constructor(type: string, message: string, status = 400) {
    super(message)
    this.type = type
    this.status = status
  }
}
