import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import {
  AuthError,
  ConflictError,
  InvalidError,
  NotKeptError,
  RateLimitedError,
  TimeoutError,
  UpstreamError,
} from '../../model/errors.ts'
import { createLog } from '../../model/log.ts'
import type { SyncResult } from '../../model/sync.ts'
import type { JobState } from '../../state/queue/queue.ts'
import type { Search } from '../../state/search/search.ts'
import type { RepoState, Storage } from '../../state/storage/storage.ts'
import { createApi } from './api.ts'
import type { Control } from './control.ts'
import { listen } from './listen.ts'
import { type Ask, askOf } from './testing/ask.ts'
import { createTestControl } from './testing/control.ts'

const alice = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa' as Did
const atMs = 1_700_000_000_000
const at = '2023-11-14T22:13:20.000Z'

const repo: RepoState = {
  did: alice,
  status: 'desync',
  content: 'desync',
  rev: '3k2b',
  desync: { reason: 'gap', sinceMs: atMs, rev: '3k2c' },
  held: 2,
  confirmedAtMs: atMs,
  updatedAtMs: atMs,
}

const job: JobState = {
  id: 17,
  queue: 'repo',
  key: alice,
  state: 'waiting',
  priority: 1,
  group: 'pds.example.org',
  payload: '',
  attempts: 3,
  deaths: 0,
  addedMs: atMs,
  dueMs: atMs,
  error: 'it took too long',
}

/** Asks an API with a control of its own. */
async function ask(control: Partial<Control>, path: string, how: Ask = {}) {
  const storage = { getRepo: async (did) => (did === alice ? repo : undefined) } satisfies Partial<Storage>
  const none = () => ({})
  const api = createApi({
    storage: storage as unknown as Storage,
    search: {} as Search,
    control: createTestControl(control),
    log: createLog({ write: () => {} }),
    ready: none,
    stats: none,
    config: none,
    version: '1',
  })
  await using listener = await listen(api, { port: 0 })
  return await askOf(listener, path, how)
}

describe('the routes that act', () => {
  it('track a repo, and say how it stands', async () => {
    const tracked: Did[] = []
    const control: Partial<Control> = {
      track: async (did) => {
        tracked.push(did)
        return repo
      },
      tracking: async () => 'tracked',
      job: async () => job,
    }
    const { status, headers, body } = await ask(control, '/repos', { post: { did: alice } })
    assert.deepEqual(
      [status, headers.location, tracked],
      [202, `/repos/${encodeURIComponent(alice)}`, [alice]],
    )
    assert.deepEqual(body, {
      did: alice,
      status: 'desync',
      rev: '3k2b',
      desync: { reason: 'gap', since: at, rev: '3k2c' },
      updatedAt: at,
      tracked: true,
      confirmedAt: at,
      heldEvents: 2,
      sync: { state: 'waiting', attempts: 3, nextTry: at, error: 'it took too long' },
    })
  })

  it('tell no next try of a repo that was given up', async () => {
    const { body } = await ask({ job: async () => ({ ...job, state: 'dead' }) }, `/repos/${alice}`)
    assert.deepEqual(body.sync, { state: 'dead', attempts: 3, error: 'it took too long' })
  })

  it('untrack a repo', async () => {
    const { status, text } = await ask({ untrack: async (did) => did === alice }, `/repos/${alice}`, {
      method: 'DELETE',
    })
    assert.deepEqual([status, text], [204, ''])
  })

  const result: SyncResult = { did: alice, rev: '3k2d', records: 5, sizeBytes: 900, joined: false }
  for (const trigger of ['api', 'cli'] as const)
    it(`sync a repo for ${trigger}, and wait for the end`, async () => {
      const triggers: string[] = []
      const control: Partial<Control> = {
        sync: async (_did, by) => {
          triggers.push(by)
          return result
        },
      }
      const query = trigger === 'api' ? '' : `?trigger=${trigger}`
      const { status, body } = await ask(control, `/repos/${alice}/sync${query}`, { method: 'POST' })
      assert.deepEqual([status, body, triggers], [200, { ...result, state: 'synced' }, [trigger]])
    })

  it('do not wait longer than the caller does', async () => {
    const { promise, reject } = Promise.withResolvers<SyncResult>()
    const { status, body } = await ask({ sync: () => promise }, `/repos/${alice}/sync?wait=0`, {
      method: 'POST',
    })
    assert.deepEqual([status, body], [202, { did: alice, state: 'running' }])
    // Nobody waits for it any more: its failure must not end the process.
    reject(new UpstreamError('down'))
  })

  const failures: readonly [error: Error, status: number, reason: string | undefined, retryAfter?: string][] =
    [
      [new UpstreamError('down'), 502, 'network'],
      [new NotKeptError('track it first'), 404, undefined],
      [new AuthError('who are you'), 502, 'auth'],
      [new InvalidError('not a repo'), 502, 'invalid'],
      [new ConflictError('older than ours'), 409, 'conflict'],
      [new TimeoutError('too slow'), 504, 'timeout'],
      [new RateLimitedError('too often', 1500), 503, 'rate_limited', '2'],
      [new Error('what nobody foresaw, at /secret'), 500, undefined],
    ]
  for (const [error, status, reason, retryAfter] of failures)
    it(`answer ${status} to a sync that fails with ${error.message}`, async () => {
      const answer = await ask({ sync: () => Promise.reject(error) }, `/repos/${alice}/sync`, {
        method: 'POST',
      })
      assert.deepEqual([answer.status, answer.body.reason], [status, reason])
      assert.equal(answer.body.detail, status === 500 ? undefined : error.message)
      assert.equal(answer.headers['retry-after'], retryAfter)
    })

  it('list why the last runs of a repo have failed', async () => {
    const failure = { atMs, trigger: 'resync', reason: 'timeout', message: 'too slow' } as const
    const { body } = await ask({ failures: async () => [failure] }, `/repos/${alice}/errors`)
    assert.deepEqual(body, {
      errors: [{ at, trigger: 'resync', reason: 'timeout', message: 'too slow' }],
    })
    assert.deepEqual((await ask({}, `/repos/${alice}/errors`)).body, { errors: [] })
  })

  it('list dead letters, and put them back', async () => {
    const control: Partial<Control> = {
      deadLetters: async ({ limit, cursor }) => ({
        jobs: [{ ...job, state: 'dead', error: `page after ${cursor} of ${limit}` }],
        cursor: 'next',
      }),
      revive: async (id) => id === 17,
    }
    assert.deepEqual((await ask(control, '/dead-letters?limit=5&cursor=c')).body, {
      deadLetters: [
        {
          id: '17',
          kind: 'repo',
          did: alice,
          attempts: 3,
          error: 'page after c of 5',
          addedAt: at,
          diedAt: at,
        },
      ],
      cursor: 'next',
    })
    const { status, body } = await ask(control, '/dead-letters/17/retry', { method: 'POST' })
    assert.deepEqual([status, body], [202, { id: 17, state: 'waiting' }])
  })

  it('list actions that were given up by what they were about, and those that cannot be read', async () => {
    const kinds: unknown[] = []
    const event = { operation: 'create', uri: `at://${alice}/a.b.c/d`, did: alice }
    const payload = JSON.stringify({ observer: 'one', action: 1, kind: 'webhook', event })
    const dead = { ...job, state: 'dead', queue: 'actions', key: 'msg_1', error: 'no' } as const
    const control: Partial<Control> = {
      deadLetters: async ({ kind }) => {
        kinds.push(kind)
        return { jobs: [{ ...dead, payload }, dead] }
      },
    }
    const { deadLetters } = (await ask(control, '/dead-letters?kind=job')).body
    const common = { id: '17', kind: 'job', key: 'msg_1', attempts: 3, error: 'no', addedAt: at, diedAt: at }
    assert.deepEqual(deadLetters, [
      { ...common, observer: 'one', number: 2, action: 'webhook', did: alice, uri: event.uri },
      common,
    ])
    await ask(control, '/dead-letters')
    assert.deepEqual(kinds, ['job', undefined])
  })

  it('begin a backfill, and tell how far it has come', async () => {
    let begun = 0
    const control = createTestControl()
    const backfill = { ...control.backfill, start: async () => void begun++ }
    const progress = await control.backfill.progress()
    const { status, body } = await ask({ backfill }, '/backfill', { method: 'POST' })
    assert.deepEqual([status, body, begun], [202, progress, 1])
    assert.deepEqual((await ask({ backfill }, '/backfill')).body, progress)
    assert.equal(begun, 1)
  })

  it('change settings, hand on what was asked, and say why that cannot be now', async () => {
    const asked: unknown[] = []
    let refusal: string | undefined
    const changeConfig: Control['changeConfig'] = async (change, options) => {
      asked.push([change, options])
      return refusal
    }
    const patch = (query: string, change: object) =>
      ask({ changeConfig }, `/config${query}`, { method: 'PATCH', post: change })
    assert.equal((await patch('', { logLevel: 'debug', collections: null })).status, 200)
    assert.equal((await patch('?persist=true', { hostConcurrency: 3 })).status, 200)
    assert.deepEqual(asked, [
      [{ logLevel: 'debug', collections: null }, { persist: false }],
      [{ hostConcurrency: 3 }, { persist: true }],
    ])
    refusal = 'an earlier change is not applied yet'
    const { status, body } = await patch('', { collections: ['a.b.*'] })
    assert.deepEqual([status, body.detail, body.type], [409, refusal, '/docs#problem-conflict'])
  })

  const wrongSettings: readonly (readonly [change: unknown, status: number, pointers: readonly string[]])[] =
    [
      [{ port: 8080 }, 422, ['#/port']],
      [{ token: 'x', dids: [] }, 422, ['#/dids', '#/token']],
      [{ port: 8080, logLevel: 'loud' }, 400, ['#/logLevel', '#/port']],
      [{ colour: 'red' }, 400, ['#']],
      [{ collections: ['post'] }, 400, ['#/collections/0']],
      [{ collections: 'app.bsky.feed.*' }, 400, ['#/collections']],
      [{ backfillConcurrency: 0 }, 400, ['#/backfillConcurrency']],
      [{ hostConcurrency: 1.5 }, 400, ['#/hostConcurrency']],
      [[], 400, ['#']],
    ]
  for (const [change, expected, pointers] of wrongSettings)
    it(`refuse with ${expected} to change ${JSON.stringify(change)}`, async () => {
      const { status, body } = await ask({}, '/config', { method: 'PATCH', post: change })
      assert.equal(status, expected)
      assert.deepEqual(
        body.errors.map(({ pointer }: { readonly pointer: string }) => pointer).sort(),
        pointers,
      )
    })

  it('rebuild the search index, one at a time', async () => {
    const post = { method: 'POST' }
    assert.equal((await ask({}, '/search/reindex', post)).status, 202)
    assert.equal((await ask({ reindexSearch: () => false }, '/search/reindex', post)).status, 409)
  })
})
