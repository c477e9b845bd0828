import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import { z } from 'zod'
import { createApi } from '../edge/http/api.ts'
import type { Control } from '../edge/http/control.ts'
import { type Listener, listen } from '../edge/http/listen.ts'
import { askOf } from '../edge/http/testing/ask.ts'
import { createTestControl } from '../edge/http/testing/control.ts'
import { shownRepo } from '../edge/mcp/tools/repos.ts'
import type { Did } from '../model/did.ts'
import { createLog } from '../model/log.ts'
import type { StoredRecord } from '../model/record.ts'
import type { JobState } from '../state/queue/queue.ts'
import type { Search } from '../state/search/search.ts'
import type { RepoState, Storage } from '../state/storage/storage.ts'
import { createMcpNode, lazyMcpHandler } from './mcp.ts'

const did: Did = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'
const record: StoredRecord = {
  did,
  collection: 'app.bsky.feed.post',
  rkey: '3k2a',
  cid: 'bafyreih3j5rwplgywpoufduocgtt7bi3qnvqgumzxxtgz7n4ycx227cmka',
  rev: '3k2b',
  bytes: encode({ $type: 'app.bsky.feed.post', text: 'high tide'.repeat(1000) }),
  indexedAtMs: 1_700_000_000_000,
}
const repo: RepoState = {
  did,
  status: 'desync',
  content: 'desync',
  desync: { reason: 'gap', sinceMs: 0, rev: '3k2c' },
  rev: '3k2b',
  data: record.cid,
  handle: 'alice.test',
  held: 2,
  confirmedAtMs: 0,
  updatedAtMs: 0,
}

const token = 'a-token-of-the-tests'

async function served(
  control: Partial<Control> = {},
): Promise<Listener & { readonly requests: () => number }> {
  const storage = {
    get: async () => record,
    query: async () => ({ records: [record], cursor: 'next' }),
    listRepos: async () => ({ repos: [repo] }),
    getRepo: async () => repo,
  } satisfies Partial<Storage> as unknown as Storage
  const search = { query: async () => ({ hits: [{ ...record, score: 2 }] }) } as unknown as Search
  const log = createLog({ write: () => {} })
  let requests = 0
  const parts = { storage, search, control: createTestControl(control) }
  const node = createMcpNode({
    ...parts,
    audit: async () => ({ findings: [], looked: [], problems: [] }),
    metrics: { components: [], docs: async () => undefined },
  })
  const { signal } = new AbortController()
  const onRequest = () => {
    requests += 1
  }
  const mcp = lazyMcpHandler({ node, version: '1', maxBodyBytes: 10_000, log, signal, onRequest })
  const none = () => ({})
  const api = createApi({ ...parts, mcp, log, token, version: '1', ready: none, stats: none, config: none })
  return { ...(await listen(api, { port: 0 })), requests: () => requests }
}

function ask(node: Listener, name: string, given: object, headers: Readonly<Record<string, string>> = {}) {
  return askOf(node, '/mcp', {
    post: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } },
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'gzip, br',
      ...headers,
    },
  })
}

const resultOf = (text: string) => JSON.parse(/^data: (.+)$/m.exec(text)?.[1] ?? '{}').result

interface Refused {
  readonly is: string
  readonly headers: Readonly<Record<string, string>>
  readonly status: number
}

describe('MCP on the listener of the API', () => {
  it('gives what the API gives, in the same shapes', async () => {
    await using node = await served()
    const shown = { ...record, uri: `at://${did}/app.bsky.feed.post/3k2a` }
    for (const [tool, given, list] of [
      ['search', { q: 'tide' }, 'hits'],
      ['query', { did }, 'records'],
    ] as const) {
      const { structuredContent } = resultOf((await ask(node, tool, given)).text)
      const [first] = structuredContent[list]
      assert.deepEqual([first.uri, first.cid, first.rev], [shown.uri, record.cid, record.rev])
      assert.match(first.value.text, /^high tide/)
    }
  })

  it('shows of a repo what the listed schema says, and no more', async () => {
    const job = {
      id: 1,
      queue: 'repo',
      key: did,
      payload: '',
      addedMs: 0,
      attempts: 2,
      dueMs: 0,
      error: 'down',
    }
    await using node = await served({
      job: async () => ({ ...job, state: 'waiting' }) as JobState,
      tracking: async () => 'tracked',
      failures: async () => [{ atMs: 0, trigger: 'mcp', reason: 'network', message: 'down' }],
    })
    for (const given of [{}, { did }]) {
      const { structuredContent } = resultOf((await ask(node, 'repos', given)).text)
      const shown = z
        .strictObject({ repos: z.array(z.strictObject(shownRepo.shape)) })
        .safeParse(structuredContent)
      assert.deepEqual(shown.error?.issues ?? [], [])
    }
  })

  it('begins a sync under its own trigger', async () => {
    const triggers: string[] = []
    const sync: Control['sync'] = async (asked, trigger) => {
      triggers.push(trigger)
      return { did: asked, rev: '3k2c', records: 0, sizeBytes: 0, joined: false }
    }
    await using node = await served({ sync })
    assert.equal(resultOf((await ask(node, 'sync', { did })).text).structuredContent.rev, '3k2c')
    assert.deepEqual(triggers, ['mcp'])
  })

  it('sends its events as they are, since a compressor would keep them back', async () => {
    await using node = await served()
    const { headers, text } = await ask(node, 'get_record', { uri: `at://${did}/app.bsky.feed.post/3k2a` })
    assert.ok(text.length > 9000)
    assert.deepEqual([headers['content-type'], headers['content-encoding']], ['text/event-stream', undefined])
    const { headers: plain } = await askOf(node, `/records/${did}/app.bsky.feed.post/3k2a`, {
      headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' },
    })
    assert.equal(plain['content-encoding'], 'gzip')
  })

  const refused: readonly Refused[] = [
    { is: 'a caller without the token', headers: { authorization: 'Bearer wrong' }, status: 401 },
    { is: 'a page of somebody else', headers: { origin: 'https://evil.example' }, status: 403 },
    { is: 'a page without an origin of its own', headers: { origin: 'null' }, status: 403 },
    { is: 'a name that DNS has turned to this machine', headers: { host: 'evil.example' }, status: 421 },
  ]
  for (const { is, headers, status } of refused)
    it(`does not let in ${is}`, async () => {
      await using node = await served()
      assert.equal((await ask(node, 'repos', {}, headers)).status, status)
      assert.equal(node.requests(), 0)
      assert.equal((await ask(node, 'repos', {})).status, 200)
      assert.equal(node.requests(), 1)
    })
})
