import assert from 'node:assert/strict'
import { ECDH } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { P256PrivateKeyExportable, Secp256k1PrivateKeyExportable } from '@atcute/crypto'
import type { Did } from '../../model/did.ts'
import { didDocument } from '../../model/did-document.ts'
import { Identity } from './identity.ts'
import type { IdentityOptions } from './options.ts'

const did: Did = 'did:plc:abcdefghijklmnopqrstuvwx'
const keypair = await Secp256k1PrivateKeyExportable.createKeypair()
const multikey = await keypair.exportPublicKey('multikey')
const other = await (await P256PrivateKeyExportable.createKeypair()).exportPublicKey('multikey')

const document = (handle = 'alice.test', key = multikey, id = did) =>
  didDocument({ did: id, handle }, key, new URL('https://pds.example')) as Record<string, unknown>

/** A host of documents on loopback, which counts what it is asked. */
async function setup(
  answer: (response: ServerResponse, path: string) => void,
  options: Partial<IdentityOptions> = {},
) {
  const stack = new AsyncDisposableStack()
  const asked: string[] = []
  const listener: RequestListener = (request, response) => {
    asked.push(request.url ?? '')
    answer(response, request.url ?? '')
  }
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const identity = stack.use(new Identity({ plc: new URL(`http://127.0.0.1:${port}`), ...options }))
  return { identity, asked, port, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const json = (body: unknown) => (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const status =
  (code: number, headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end()

describe('the identity of a DID', () => {
  it('is what its document says', async () => {
    await using test = await setup(json(document()))
    assert.deepEqual(await test.identity.resolve(did), {
      did,
      signingKey: multikey,
      pds: 'https://pds.example',
      handle: 'alice.test',
    })
    assert.deepEqual(test.asked, [`/${did}`])
  })

  it('is known without asking where it is the own one', async () => {
    const info = { did, signingKey: multikey }
    const own = (asked: Did) => (asked === did ? info : undefined)
    await using test = await setup(json(document()), { own })
    assert.equal(await test.identity.resolve(did, { refresh: true }), info)
    assert.equal(test.identity.peek(did), info)
    assert.deepEqual(test.asked, [])
  })

  it('is asked for once, however many want it', async () => {
    await using test = await setup(json(document()))
    assert.equal(test.identity.peek(did), undefined)
    const answers = await Promise.all(Array.from({ length: 50 }, () => test.identity.resolve(did)))
    assert.equal(new Set(answers).size, 1)
    assert.equal(test.identity.peek(did), answers[0])
    assert.equal(await test.identity.resolve(did), answers[0])
    assert.equal(test.asked.length, 1)
  })

  it('is asked for again when it is old, forgotten, or said to be wrong', async () => {
    let now = 0
    let current = document()
    const times = { ttlMs: 1000, now: () => now }
    await using test = await setup((response) => json(current)(response), times)
    const first = await test.identity.resolve(did)
    current = document('bob.test', other)
    now = 999
    assert.equal(test.identity.peek(did), first)
    now = 1000
    assert.equal((await test.identity.resolve(did)).handle, 'bob.test')

    current = document('carol.test')
    assert.equal((await test.identity.resolve(did)).handle, 'bob.test')
    assert.equal((await test.identity.resolve(did, { refresh: true })).handle, 'carol.test')

    current = document('dora.test')
    test.identity.forget(did)
    assert.equal(test.identity.peek(did), undefined)
    assert.equal((await test.identity.resolve(did)).handle, 'dora.test')
    assert.equal(test.asked.length, 4)
  })

  it('is found within seconds after a rotation, and a flood of doubts does not ask without end', async () => {
    let now = 0
    await using test = await setup((response) => json(document(`v${test.asked.length}.test`))(response), {
      now: () => now,
    })
    const { identity, asked } = test
    await identity.resolve(did)
    for (let number = 2; number <= 5; number++)
      assert.equal((await identity.resolve(did, { refresh: true })).handle, `v${number}.test`)
    for (let i = 0; i < 100; i++)
      assert.equal((await identity.resolve(did, { refresh: true })).handle, 'v5.test', 'too soon')
    assert.equal(asked.length, 5)
    for (let i = 0; i < 3600; i++) {
      now += 1000
      await identity.resolve(did, { refresh: true })
    }
    assert.equal(asked.length, 5 + 120, 'twice a minute')
  })

  it('is not asked for without end either when it is said again and again to have changed', async () => {
    let now = 0
    await using test = await setup(json(document()), { now: () => now })
    const { identity, asked } = test
    for (let i = 0; i < 5; i++) {
      identity.forget(did)
      await identity.resolve(did)
    }
    now += 10_000
    identity.forget(did)
    const later = { name: 'RateLimitedError', retryAfterMs: 20_000 }
    for (let i = 0; i < 20; i++) await assert.rejects(identity.resolve(did), later)
    assert.equal(identity.peek(did), undefined, 'what may have changed is not used')
    assert.equal(asked.length, 5)
    now += 20_000
    await identity.resolve(did)
    assert.equal(asked.length, 6)
  })

  it('is not taken from an answer that was on its way when it was forgotten', async () => {
    const answers: (() => void)[] = []
    let version = 0
    await using test = await setup((response) => {
      const body = document(`v${++version}.test`)
      answers.push(() => json(body)(response))
    })
    const first = test.identity.resolve(did)
    while (answers.length < 1) await new Promise(setImmediate)
    test.identity.forget(did)
    const others = Array.from({ length: 5 }, () => test.identity.resolve(did))
    answers[0]?.()
    assert.equal((await first).handle, 'v1.test')
    assert.equal(test.identity.peek(did), undefined)
    while (answers.length < 2) await new Promise(setImmediate)
    answers[1]?.()
    for (const { handle } of await Promise.all(others)) assert.equal(handle, 'v2.test')
    assert.equal(test.identity.peek(did)?.handle, 'v2.test')
    assert.equal(test.asked.length, 2)
  })

  it('is unknown for a while once a directory has said so', async () => {
    let now = 0
    await using test = await setup(status(404), { negativeTtlMs: 100, now: () => now })
    await assert.rejects(test.identity.resolve(did), { name: 'InvalidError' })
    await assert.rejects(test.identity.resolve(did), { name: 'InvalidError' })
    assert.equal(test.identity.peek(did), undefined)
    assert.equal(test.asked.length, 1)
    now = 100
    await assert.rejects(test.identity.resolve(did), { name: 'InvalidError' })
    assert.equal(test.asked.length, 2)
  })

  it('is not waited for longer than the caller wants', async () => {
    await using test = await setup(() => {})
    const patience = new AbortController()
    const answer = test.identity.resolve(did, { signal: patience.signal })
    while (test.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    patience.abort()
    await assert.rejects(answer, { name: 'UpstreamError' })
    await assert.rejects(test.identity.resolve(did, { signal: AbortSignal.abort() }), {
      name: 'UpstreamError',
    })
    assert.equal(test.asked.length, 1)
  })

  const { service: _service, verificationMethod: _keys, ...bare } = document()
  const outcomes: [what: string, answer: Parameters<typeof setup>[0], error: string | undefined][] = [
    ['a deleted account', status(410), 'InvalidError'],
    ['a DID that the directory refuses', status(400), 'InvalidError'],
    ['a directory that is asked too often', status(429), 'RateLimitedError'],
    ['a directory that fails', status(500), 'UpstreamError'],
    ['a redirect', status(302, { location: 'http://127.0.0.1/' }), 'UpstreamError'],
    ['an answer that is not JSON', (response) => void response.end('<html>'), 'UpstreamError'],
    ['an answer that is too long', json({ ...document(), more: 'x'.repeat(100_000) }), 'InvalidError'],
    [
      'an answer that is cut off',
      (response) =>
        void response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy()),
      'UpstreamError',
    ],
    ['an answer that never ends', (response) => void response.writeHead(200).write('{'), 'TimeoutError'],
    ['a connection that is cut', (response) => void response.destroy(), 'UpstreamError'],
    ['JSON that is not a document', json([]), 'InvalidError'],
    ['nothing', json(null), 'InvalidError'],
    [
      'the document of another DID',
      json(document('alice.test', multikey, 'did:plc:zzzzzzzzzzzzzzzzzzzzzzzz')),
      'InvalidError',
    ],
    ['a document without a key', json(bare), 'InvalidError'],
    ['a key that is not one', json(document('alice.test', 'zzzzzzz')), 'InvalidError'],
    [
      'a context in another form',
      json({ ...document(), '@context': 'https://www.w3.org/ns/did/v1' }),
      undefined,
    ],
  ]
  for (const [what, answer, error] of outcomes) {
    it(`is ${error ?? 'found'} for ${what}`, async () => {
      await using test = await setup(answer, { timeoutMs: 200 })
      const resolved = test.identity.resolve(did)
      if (error) await assert.rejects(resolved, { name: error })
      else assert.equal((await resolved).signingKey, multikey)
    })
  }

  it('is found in a document that writes its key in the older way', async () => {
    const full = ECDH.convertKey(
      await keypair.exportPublicKey('raw'),
      'secp256k1',
      undefined,
      undefined,
      'uncompressed',
    )
    const method = {
      id: '#atproto',
      type: 'EcdsaSecp256k1VerificationKey2019',
      controller: did,
      publicKeyMultibase: `z${base58(full as Buffer)}`,
    }
    await using test = await setup(json({ ...document(), verificationMethod: [method] }))
    assert.equal((await test.identity.resolve(did)).signingKey, multikey)
  })

  it('is not there when nobody listens', async () => {
    await using identity = new Identity({ plc: new URL('http://127.0.0.1:1024') })
    await assert.rejects(identity.resolve(did), { name: 'UpstreamError' })
  })
})

describe('a host that a DID names', () => {
  it('is asked on loopback only where that is allowed', async () => {
    for (const allowLoopback of [true, false]) {
      const bodies: unknown[] = []
      await using test = await setup((response) => json(bodies[0])(response), { allowLoopback })
      const web: Did = `did:web:localhost%3A${test.port}`
      bodies.push(document('alice.test', multikey, web))
      const resolved = test.identity.resolve(web)
      if (allowLoopback) assert.equal((await resolved).did, web)
      else await assert.rejects(resolved, { name: 'InvalidError' })
      assert.deepEqual(test.asked, allowLoopback ? ['/.well-known/did.json'] : [])
    }
  })

  it('has a bound of its own, and a pause when it does not answer', async () => {
    let now = 0
    let answers = false
    await using test = await setup(
      (response) => (answers ? json(document('alice.test', multikey, web))(response) : status(500)(response)),
      { allowLoopback: true, now: () => now },
    )
    const web: Did = `did:web:localhost%3A${test.port}`
    const { identity, asked } = test
    for (let i = 0; i < 20; i++) await assert.rejects(identity.resolve(web), { name: 'UpstreamError' })
    assert.equal(asked.length, 1)
    now += 5000
    for (let i = 0; i < 20; i++) await assert.rejects(identity.resolve(web), { name: 'UpstreamError' })
    assert.equal(asked.length, 2)
    assert.equal(identity.blockedUntilMs, undefined, 'the directory has nothing to do with it')
    now += 10_000
    answers = true
    assert.equal((await identity.resolve(web)).did, web)
  })

  it('is left alone for as long as it says', async () => {
    let now = 0
    await using test = await setup(status(429, { 'retry-after': '30' }), {
      allowLoopback: true,
      now: () => now,
    })
    const web: Did = `did:web:localhost%3A${test.port}`
    await assert.rejects(test.identity.resolve(web), { name: 'RateLimitedError' })
    now += 29_000
    await assert.rejects(test.identity.resolve(web), { name: 'RateLimitedError', retryAfterMs: 1000 })
    assert.equal(test.asked.length, 1)
    now += 1000
    await assert.rejects(test.identity.resolve(web), { name: 'RateLimitedError' })
    assert.equal(test.asked.length, 2)
  })

  it('is not called where its name leads to a private address', async () => {
    const resolver = async () => [{ address: '10.0.0.1', family: 4 }]
    await using test = await setup(json({}), { allowLoopback: true, resolver })
    await assert.rejects(test.identity.resolve('did:web:inside.example'), {
      name: 'InvalidError',
      message: /10\.0\.0\.1/,
    })
  })

  const refused: Did[] = [
    'did:web:127.0.0.1',
    'did:web:10.0.0.1',
    'did:web:example.com%3A8080',
    'did:web:example.com:users:alice',
    'did:web:localhost%2Fpath',
    'did:plc:tooshort',
    'did:plc:ABCDEFGHIJKLMNOPQRSTUVWX',
    'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1Z',
  ]
  for (const did of refused) {
    it(`is not called for ${did}`, async () => {
      await using test = await setup(json({}), { allowLoopback: true })
      await assert.rejects(test.identity.resolve(did), { name: 'InvalidError' })
      assert.deepEqual(test.asked, [])
    })
  }
})

function base58(bytes: Buffer): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let text = ''
  for (let rest = BigInt(`0x${bytes.toString('hex')}`); rest > 0n; rest /= 58n)
    text = `${alphabet[Number(rest % 58n)]}${text}`
  return text
}
