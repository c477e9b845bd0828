import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { createFetch, type Fetch } from '../fetch/fetch.ts'
import { WebServer } from '../fetch/testing/web-server.ts'
import { Handles, type TxtResolver } from './handles.ts'
import type { LookupMethod, LookupOutcome } from './look-up.ts'
import { Clock } from './testing/clock.ts'
import { sendDocument, setupDirectory, testDid } from './testing/documents.ts'

const did = testDid(1)
const stranger = testDid(2)

const failing =
  (code: string): TxtResolver =>
  async (name) => {
    throw Object.assign(new Error(`queryTxt ${code} ${name}`), { code })
  }
const txt =
  (...records: string[][]): TxtResolver =>
  async () =>
    records
const nothing = failing('ENODATA')

type Page = (response: ServerResponse) => void
const page =
  (text: string, status = 200): Page =>
  (response) =>
    void response.writeHead(status).end(text)
const cut: Page = (response) => void response.destroy()

/** Hosts of handles are one server on loopback, or do not exist where there is no page. */
async function setup(resolveTxt: TxtResolver, answer: Page | undefined) {
  const stack = new AsyncDisposableStack()
  const clock = new Clock()
  const asked: string[] = []
  const names: string[] = []
  const lookups: [method: LookupMethod, outcome: LookupOutcome][] = []
  const server = stack.use(await WebServer.start((response) => answer?.(response)))
  const guarded = stack.use(createFetch({ allowLoopback: true }, { maxBytes: 1000, wholeMs: 2000 }))
  const strange = stack.use(
    createFetch(
      {},
      {
        resolver: async (name) => {
          throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' })
        },
      },
    ),
  )
  const fetch: Fetch = Object.assign(
    async (url: URL, init = {}) => {
      asked.push(url.href)
      return await (answer ? guarded(new URL(url.pathname, server.url), init) : strange(url, init))
    },
    { [Symbol.asyncDispose]: async () => {} },
  )
  const handles = new Handles({
    fetch,
    resolveTxt: (name) => {
      names.push(name)
      return resolveTxt(name)
    },
    onLookup: (method, outcome) => lookups.push([method, outcome]),
    now: clock.now,
    sleep: clock.sleep,
    signal: new AbortController().signal,
  })
  return { handles, asked, names, lookups, clock, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

describe('a handle', () => {
  const cases: [what: string, txt: TxtResolver, page: Page | undefined, expected: string][] = [
    ['that its name leads to the DID', txt([`did=${did}`]), undefined, 'valid'],
    ['that the pieces of a record lead to it', txt(['did=', did], ['v=spf1 -all']), undefined, 'valid'],
    ['that its host leads to the DID', nothing, page(`${did}\n`), 'valid'],
    ['that both lead to the DID', txt([`did=${did}`]), page(did), 'valid'],
    ['that its name leads to it, and its host fails', txt([`did=${did}`]), cut, 'valid'],
    ['that its host leads to it, and the name service fails', failing('ESERVFAIL'), page(did), 'valid'],
    ['that its name leads to another DID', txt([`did=${stranger}`]), undefined, 'invalid'],
    ['that its host leads to another DID', nothing, page(stranger), 'invalid'],
    ['that one leads to the DID and one to another', txt([`did=${did}`]), page(stranger), 'invalid'],
    ['that two records name two DIDs', txt([`did=${did}`], [`did=${stranger}`]), undefined, 'invalid'],
    [
      'that two records name two DIDs, and its host fails',
      txt([`did=${did}`], [`did=${stranger}`]),
      cut,
      'invalid',
    ],
    ['that its name leads to another DID, and its host fails', txt([`did=${stranger}`]), cut, 'invalid'],
    ['that nothing exists', failing('ENOTFOUND'), undefined, 'invalid'],
    ['that its host knows nothing', nothing, page('', 404), 'invalid'],
    ['that its host has one page for everything', nothing, page('<html>hello</html>'), 'invalid'],
    ['that its host sends without end', nothing, page('x'.repeat(2000)), 'invalid'],
    ['that its name has other records only', txt(['v=spf1 -all']), page('', 404), 'invalid'],
    ['that its host fails', nothing, page('', 500), 'unknown'],
    ['that its host is asked too often', nothing, page('', 429), 'unknown'],
    ['that its host cuts the connection', nothing, cut, 'unknown'],
    ['that the name service does not answer', failing('ETIMEOUT'), page('', 404), 'unknown'],
    ['that the name service refuses', failing('EREFUSED'), undefined, 'unknown'],
  ]
  for (const [what, resolveTxt, answer, expected] of cases)
    it(`is ${expected} where it is found ${what}`, async () => {
      await using test = await setup(resolveTxt, answer)
      assert.equal(await test.handles.verify(did, 'Alice.Example.com'), expected)
      assert.deepEqual(test.names, ['_atproto.alice.example.com'])
      assert.deepEqual(test.asked, ['https://alice.example.com/.well-known/atproto-did'])
    })

  const bad = [
    '',
    'alice',
    'alice.',
    '.example.com',
    'a_b.example.com',
    '-a.example.com',
    'example.1',
    'a..com',
  ]
  const more = [
    'alice.local',
    'alice.localhost',
    'alice.internal',
    'alice.onion',
    'handle.invalid',
    '127.0.0.1',
  ]
  for (const handle of [
    ...bad,
    ...more,
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(126)}com`,
    'a.com/b',
    'a.com:8080',
  ])
    it(`that is no handle is not asked about: ${handle.slice(0, 30)}`, async () => {
      await using test = await setup(txt([`did=${did}`]), page(did))
      assert.equal(await test.handles.verify(did, handle), 'invalid')
      assert.deepEqual([...test.asked, ...test.names], [])
    })

  it('is asked about once by all who want to know, and again after some time', async () => {
    await using test = await setup(nothing, page(did))
    const { handles, asked, clock } = test
    const states = await Promise.all(Array.from({ length: 20 }, () => handles.verify(did, 'a.example.com')))
    assert.deepEqual(new Set(states), new Set(['valid']))
    assert.equal(await handles.verify(stranger, 'a.example.com'), 'invalid')
    assert.equal(asked.length, 2)
    clock.ms += 599_000
    assert.equal(await handles.verify(did, 'a.example.com'), 'valid')
    assert.equal(asked.length, 2)
    clock.ms += 1000
    await handles.verify(did, 'a.example.com')
    assert.equal(asked.length, 3)
  })

  it('that could not be found out is asked about again soon', async () => {
    await using test = await setup(nothing, page('', 500))
    await test.handles.verify(did, 'a.example.com')
    test.clock.ms += 30_000
    await test.handles.verify(did, 'a.example.com')
    assert.equal(test.asked.length, 2)
  })

  it('is told of by how it was looked up', async () => {
    await using test = await setup(failing('ETIMEOUT'), page('', 404))
    await test.handles.verify(did, 'a.example.com')
    assert.deepEqual(
      new Map(test.lookups),
      new Map([
        ['dns', 'timeout'],
        ['well_known', 'not_found'],
      ] as const),
    )
  })

  it('does not make us ask the hosts of one domain more than so often', async () => {
    await using test = await setup(nothing, page(did))
    const began = test.clock.ms
    await Promise.all(Array.from({ length: 50 }, (_, n) => test.handles.verify(did, `u${n}.many.com`)))
    assert.ok(test.clock.ms - began >= 3900, `${test.clock.ms - began} ms`)
    await test.handles.verify(did, 'one.other.com')
    assert.equal(test.asked.length, 51)
  })
})

describe('a handle in a network without a name service', () => {
  it('is what the document of the DID says', async () => {
    const never: TxtResolver = () => assert.fail('the name service was asked')
    await using test = await setupDirectory((response) => void sendDocument(response), {
      handles: 'document',
      resolveTxt: never,
    })
    assert.equal(await test.identity.verifyHandle(did, 'Alice.test'), 'valid')
    assert.equal(await test.identity.verifyHandle(did, 'bob.test'), 'invalid')
    assert.equal(test.asked.length, 1)
  })

  it('is unknown while there is no document', async () => {
    await using test = await setupDirectory((response) => void response.writeHead(500).end(), {
      handles: 'document',
    })
    assert.equal(await test.identity.verifyHandle(did, 'alice.test'), 'unknown')
  })
})

it('nobody waits longer for a handle than they want', async () => {
  await using test = await setupDirectory(() => {}, { resolveTxt: () => new Promise(() => {}) })
  assert.equal(await test.identity.verifyHandle(did, 'a.test', AbortSignal.timeout(20)), 'unknown')
})
