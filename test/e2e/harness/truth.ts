import assert from 'node:assert/strict'
import type { AccountStatus } from './account.ts'
import type { Pds } from './pds.ts'
import type { Tidegauge } from './tidegauge.ts'

/** What the PDS itself says about its repos and records. */
export interface Truth {
  /** Every record of the accounts that are active, by its URI. */
  readonly records: ReadonlyMap<string, { readonly cid: string; readonly value: unknown }>
  readonly repos: ReadonlyMap<string, { readonly status: AccountStatus; readonly rev: string }>
}

export async function truthOf(pds: Pds): Promise<Truth> {
  const repos: Map<string, { status: AccountStatus; rev: string }> = new Map()
  for await (const repo of pages<Repo>(
    (cursor) => pds.xrpc.query('com.atproto.sync.listRepos', cursor),
    'repos',
  ))
    repos.set(repo.did, { status: repo.active ? 'active' : (repo.status as AccountStatus), rev: repo.rev })
  const records = new Map<string, { cid: string; value: unknown }>()
  for (const [did, { status }] of repos) {
    if (status !== 'active') continue
    const { collections } = await pds.xrpc.query<{ collections: string[] }>('com.atproto.repo.describeRepo', {
      repo: did,
    })
    for (const collection of collections) {
      const page = (cursor: object) =>
        pds.xrpc.query<object>('com.atproto.repo.listRecords', {
          repo: did,
          collection,
          limit: 100,
          ...cursor,
        })
      for await (const { uri, cid, value } of pages<ListedRecord>(page, 'records'))
        records.set(uri, { cid, value })
    }
  }
  return { records, repos }
}

interface Repo {
  readonly did: string
  readonly rev: string
  readonly active: boolean
  readonly status?: string
}

interface ListedRecord {
  readonly uri: string
  readonly cid: string
  readonly value: unknown
}

/** Every item of a list that is answered in pages. */
export async function* pages<Item>(
  page: (cursor: { cursor: string } | Record<never, never>) => Promise<object>,
  list: string,
): AsyncGenerator<Item> {
  let cursor: string | undefined
  do {
    const answer = (await page(cursor ? { cursor } : {})) as Record<string, unknown>
    yield* answer[list] as Item[]
    cursor = answer.cursor as string | undefined
  } while (cursor)
}

/** Asserts that a service serves exactly the records that the PDS lists, values included. */
export async function sameRecords(service: Tidegauge, pds: Pds, truth: Truth): Promise<void> {
  const served = new Map<string, { cid: string; value: unknown }>()
  for (const { did } of pds.accounts)
    for (const [uri, { cid, value }] of await service.records(did)) served.set(uri, { cid, value })
  const missing = [...truth.records.keys()].filter((uri) => !served.has(uri))
  const tooMany = [...served.keys()].filter((uri) => !truth.records.has(uri))
  assert.deepEqual({ missing, tooMany }, { missing: [], tooMany: [] })
  for (const [uri, record] of truth.records) assert.deepEqual(served.get(uri), record, uri)
}
