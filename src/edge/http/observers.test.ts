import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import type { ObservedEvent } from '../../flow/observers/observed-event.ts'
import type { ShownObserver } from '../../flow/observers/shown.ts'
import { tryEvent } from '../../flow/observers/trial.ts'
import type { Did } from '../../model/did.ts'
import { createLog } from '../../model/log.ts'
import { recordUri, type StoredRecord } from '../../model/record.ts'
import type { Search } from '../../state/search/search.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { createApi } from './api.ts'
import type { ObserversControl } from './control.ts'
import { listen } from './listen.ts'
import { type Ask, askOf } from './testing/ask.ts'
import { createTestControl } from './testing/control.ts'

const alice = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa' as Did
const stored: StoredRecord = {
  did: alice,
  collection: 'app.bsky.feed.post',
  rkey: '3k2a',
  cid: 'bafy',
  rev: '3k2b',
  bytes: encode({ text: 'high tide' }),
  indexedAtMs: 1_700_000_000_000,
}
const own: ShownObserver = {
  name: 'tides',
  when: { record: { field: 'text', contains: 'tide' } },
  actions: ['log', 'webhook'],
}

describe('the observers in the API', () => {
  it('are listed', async () => {
    const list = [{ ...own, matched: 3, lastMatchAt: '2026-01-01T00:00:00.000Z' }]
    const { status, body } = await ask({ list: async () => list }, '/observers')
    assert.deepEqual([status, body], [200, { observers: list }])
  })

  const place = { did: alice, collection: 'app.bsky.feed.post', rkey: '3k2a' } as const
  const matching = { observer: 'tides', matches: true, actions: ['log', 'webhook'] }
  const not = { observer: 'tides', matches: false, fails: 'record', actions: [] }
  for (const [name, event, verdict] of [
    ['a record that is kept', { uri: recordUri(stored) }, matching],
    ['a record that is made up', { ...place, record: { text: 'tide' } }, matching],
    ['an update that is made up', { ...place, operation: 'update', record: { text: 'ebb' } }, not],
    ['a deletion that is made up', { ...place, operation: 'delete' }, not],
  ] as const)
    it(`judge ${name}`, async () => {
      const test: ObserversControl['test'] = async (event) => tryEvent([own], event)
      const { status, body } = await ask({ test }, '/observers/test', { post: { event } })
      assert.deepEqual([status, body], [200, { observers: [verdict] }])
    })

  it('say how an event is written that is none', async () => {
    const { status, body } = await ask({}, '/observers/test', { post: { event: { did: alice } } })
    assert.equal(status, 400)
    assert.match(
      (body as { detail: string }).detail,
      /^event: must be \{"uri": "at:\/\/…"\} of a record, or \{"did"/,
    )
  })

  it('are replaced by those that come along', async () => {
    const asked: unknown[] = []
    const test = async (_: ObservedEvent, observers?: readonly ShownObserver[]) => {
      asked.push(observers)
      return []
    }
    const { name, when } = own
    await ask({ test }, '/observers/test', {
      post: { event: { uri: recordUri(stored) }, observers: [{ name, when }] },
    })
    assert.deepEqual(asked, [[{ name, when, actions: [] }]])
  })

  it('are refused where no stack is deep enough for them', async () => {
    let condition: object = { field: 'text', exists: true }
    for (let level = 0; level < 4000; level++) condition = { not: condition }
    const post = {
      event: { uri: recordUri(stored) },
      observers: [{ name: 'deep', when: { record: condition } }],
    }
    assert.equal((await ask({}, '/observers/test', { post })).status, 400)
  })

  it('may be a thousand', async () => {
    const observers = Array.from({ length: 1000 }, (_, at) => ({ ...own, name: `tides-${at}` }))
    const test: ObserversControl['test'] = async (event, given = []) => tryEvent(given, event)
    const post = { event: { uri: recordUri(stored) }, observers }
    const { body } = await ask({ test }, '/observers/test', { post })
    assert.equal((body as { observers: unknown[] }).observers.length, 1000)
  })

  it('are tried on what has come since', async () => {
    const answer = { records: 2, isComplete: true, observers: [] }
    const replay: ObserversControl['replay'] = async (sinceMs) => {
      assert.equal(sinceMs, Date.UTC(2026, 0, 1))
      return answer
    }
    const post = { since: '2026-01-01T02:00:00+02:00' }
    assert.deepEqual((await ask({ replay }, '/observers/replay', { post })).body, answer)
  })
})

/** Asks an API with observers of its own. */
async function ask(observers: Partial<ObserversControl>, path: string, how: Ask = {}) {
  const control = createTestControl()
  const none = () => ({})
  const api = createApi({
    storage: { get: async () => stored } satisfies Partial<Storage> as unknown as Storage,
    search: {} as Search,
    control: { ...control, observers: { ...control.observers, ...observers } },
    log: createLog({ write: () => {} }),
    ready: none,
    stats: none,
    config: none,
    version: '1',
  })
  await using listener = await listen(api, { port: 0 })
  return await askOf(listener, path, how)
}
