import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { LocalRecords } from '../../flow/local/local-records.ts'
import { LocalRepo } from '../../flow/local/local-repo.ts'
import { createLog } from '../../model/log.ts'
import { importSigningKey } from '../../net/repo/signing-key.ts'
import { Database } from '../../state/database.ts'
import { SqliteLocalStore } from '../../state/local/sqlite.ts'
import type { Search } from '../../state/search/search.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { createApi } from './api.ts'
import { type Listener, listen } from './listen.ts'
import { type Ask, askOf } from './testing/ask.ts'
import { createTestControl } from './testing/control.ts'

const did = 'did:web:localhost%3A3000'
const token = 'a-token-of-16-letters'

describe('writing records of the own repo', () => {
  let api: Listener
  let repo: LocalRepo
  let isReady = true
  let count = 0
  before(async () => {
    const store = new SqliteLocalStore({ database: new Database() })
    repo = await LocalRepo.open({ store, did, key: await importSigningKey(new Uint8Array(32).fill(7)) })
    const app = createApi({
      storage: { get: async () => undefined } as unknown as Storage,
      search: {} as Search,
      control: createTestControl(),
      local: () => (isReady ? repo : undefined) as LocalRecords | undefined,
      log: createLog({ level: 'error', write: () => {} }),
      version: '1',
      ready: () => ({}),
      stats: () => ({}),
      config: () => ({}),
      token,
    })
    api = await listen(app, { port: 0 })
  })
  after(() => api.close())

  const authorization = `Bearer ${token}`
  const ask = (method: string, path: string, { headers, ...rest }: Ask = {}) =>
    askOf(api, path, { method, headers: { authorization, ...headers }, ...rest })
  const fresh = () => `/records/${encodeURIComponent(did)}/a.b.note/k${count++}`
  const put = (path: string, n: number, headers: Record<string, string> = {}) =>
    ask('PUT', path, { post: { n }, headers })

  it('creates, replaces and deletes', async () => {
    const path = fresh()
    const created = await put(path, 1)
    assert.equal(created.status, 201)
    assert.equal(created.headers.etag, `"${created.body.cid}"`)
    assert.equal(created.body.uri, `at://${did}/a.b.note/${path.split('/').at(-1)}`)
    const replaced = await put(path, 2)
    assert.deepEqual([replaced.status, replaced.body.rev > created.body.rev], [200, true])
    const same = await put(path, 2)
    assert.deepEqual([same.status, same.body], [200, replaced.body])
    const deleted = await ask('DELETE', path)
    assert.deepEqual([deleted.status, deleted.body.rev > replaced.body.rev], [200, true])
    assert.equal((await ask('DELETE', path)).status, 404)
  })

  const conditions: readonly (readonly [
    name: string,
    headers: (cid: string) => Record<string, string>,
    present: number,
    absent: number,
  ])[] = [
    ['the tag', (cid) => ({ 'if-match': `"${cid}"` }), 200, 412],
    ['one of many tags', (cid) => ({ 'if-match': `"x", "${cid}"` }), 200, 412],
    ['another tag', () => ({ 'if-match': '"x"' }), 412, 412],
    ['a weak tag', (cid) => ({ 'if-match': `W/"${cid}"` }), 412, 412],
    ['any tag', () => ({ 'if-match': '*' }), 200, 412],
    ['that there is none', () => ({ 'if-none-match': '*' }), 412, 201],
    ['not the tag', (cid) => ({ 'if-none-match': `"${cid}"` }), 412, 201],
    ['not another tag', () => ({ 'if-none-match': '"x"' }), 200, 201],
    ['what is no tag', () => ({ 'if-match': 'x' }), 400, 400],
  ]
  for (const [name, headers, present, absent] of conditions) {
    it(`writes, asked for ${name}, only where that holds`, async () => {
      const path = fresh()
      const { cid } = (await put(path, 1)).body
      const [on, off] = [await put(path, 2, headers(cid)), await put(fresh(), 2, headers(cid))]
      assert.deepEqual([on.status, off.status], [present, absent])
      if (present === 412) assert.equal(on.body.current, cid)
      if (absent === 412) assert.equal(off.body.current, null)
    })
  }

  it('lets one of many win who have read the same', async () => {
    const path = fresh()
    const { cid } = (await put(path, 0)).body
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, n) => put(path, n + 1, { 'if-match': `"${cid}"` })),
    )
    const statuses = tries.map(({ status }) => status)
    assert.deepEqual(statuses.toSorted(), [200, ...Array<number>(19).fill(412)])
  })

  it('deletes only what it was asked to', async () => {
    const path = fresh()
    const { cid } = (await put(path, 1)).body
    assert.equal((await ask('DELETE', path, { headers: { 'if-match': '"x"' } })).status, 412)
    assert.equal((await ask('DELETE', path, { headers: { 'if-match': `"${cid}"` } })).status, 200)
    assert.equal((await ask('DELETE', path, { headers: { 'if-match': `"${cid}"` } })).status, 412)
  })

  const own = `/records/${encodeURIComponent(did)}`
  const other = '/records/did:plc:ewvi7nxzyoun6zhxrhs64oiz/a.b.note/x'
  const refused: readonly (readonly [
    name: string,
    path: string,
    ask: Ask,
    status: number,
    detail: RegExp,
  ])[] = [
    ['another repo', other, { post: {} }, 403, /written at its own host/],
    ['a collection that is none', `${own}/x/y`, { post: {} }, 400, /collection/],
    ['another $type', `${own}/a.b.note/x`, { post: { $type: 'a.b.c' } }, 400, /\$type/],
    ['a fraction', `${own}/a.b.note/x`, { post: { n: 1.5 } }, 400, /\/n is 1\.5/],
    ['a key that decoders drop', `${own}/a.b.note/x`, { raw: '{"__proto__": {}}' }, 400, /__proto__/],
    ['a list', `${own}/a.b.note/x`, { post: [] }, 400, /object/],
    ['no JSON', `${own}/a.b.note/x`, { raw: '{' }, 400, /not JSON/],
    ['no body', `${own}/a.b.note/x`, {}, 415, /JSON/],
    ['too large a record', `${own}/a.b.note/x`, { post: { t: 'x'.repeat(1_000_100) } }, 413, /at most/],
    ['too large a body', `${own}/a.b.note/x`, { post: { t: 'x'.repeat(1_100_000) } }, 413, /larger/],
    [
      'what does not fit its lexicon',
      `${own}/app.bsky.feed.post/3lbqkqzzzzz2a`,
      { post: { text: 'x' } },
      400,
      /createdAt/,
    ],
  ]
  for (const [name, path, how, status, detail] of refused) {
    it(`refuses ${name}`, async () => {
      const { last } = repo.events
      const answer = await ask('PUT', path, how)
      assert.equal(answer.status, status)
      assert.match(answer.body.detail, detail)
      assert.equal(repo.events.last, last)
    })
  }

  it('asks for the token, and for patience while the node is starting', async () => {
    assert.equal((await askOf(api, fresh(), { method: 'PUT', post: {} })).status, 401)
    isReady = false
    const answer = await put(fresh(), 1)
    isReady = true
    assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '1'])
  })

  it('names the methods that there are', async () => {
    const answer = await ask('PATCH', fresh())
    assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, PUT, DELETE, HEAD, OPTIONS'])
  })
})
