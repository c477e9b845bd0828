import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Request, Response } from 'express'
import { Problem } from './problem.ts'
import { rateLimit } from './rate-limit.ts'

/** Asks the limit, at a time in seconds, as a client. */
function limited(options: { perSecond: number; burstSeconds?: number; maxClients?: number }) {
  let atMs = 0
  const handler = rateLimit({ ...options, now: () => atMs })
  return (address: string, atSeconds = atMs / 1000): number | 'let in' => {
    atMs = atSeconds * 1000
    const request = { socket: { remoteAddress: address } } as unknown as Request
    let result: number | 'let in' = Number.NaN
    try {
      handler(request, { set: () => {} } as unknown as Response, () => {
        result = 'let in'
      })
    } catch (error) {
      assert.ok(error instanceof Problem)
      assert.equal(error.status, 429)
      result = Number(error.headers['Retry-After'])
    }
    return result
  }
}

describe('rateLimit', () => {
  it('lets a burst in, then as many as the rate says', () => {
    const ask = limited({ perSecond: 2, burstSeconds: 3 })
    for (let index = 0; index < 6; index++) assert.equal(ask('192.0.2.1'), 'let in')
    assert.equal(ask('192.0.2.1'), 1)
    assert.equal(ask('192.0.2.1', 0.4), 1)
    assert.equal(ask('192.0.2.1', 0.5), 'let in')
    assert.equal(ask('192.0.2.1', 0.5), 1)
    // However long it was quiet, it has no more than one burst.
    for (let index = 0; index < 6; index++) assert.equal(ask('192.0.2.1', 1000), 'let in')
    assert.equal(ask('192.0.2.1', 1000), 1)
  })

  it('says how long to wait', () => {
    const ask = limited({ perSecond: 0.1, burstSeconds: 10 })
    assert.equal(ask('192.0.2.1'), 'let in')
    assert.equal(ask('192.0.2.1'), 10)
    assert.equal(ask('192.0.2.1', 7), 3)
    assert.equal(ask('192.0.2.1', 10), 'let in')
  })

  const clients = [
    { one: '192.0.2.1', other: '192.0.2.2', same: false },
    { one: '2001:db8:1:2::1', other: '2001:db8:1:2:3:4:5:6', same: true },
    { one: '2001:db8::1', other: '2001:db8:0:0:ffff::', same: true },
    { one: '2001:db8:1:2::1', other: '2001:db8:1:3::1', same: false },
    { one: '::ffff:192.0.2.1', other: '::ffff:192.0.2.2', same: false },
    { one: '::1', other: '::2', same: true },
  ]
  for (const { one, other, same } of clients) {
    it(`takes ${one} and ${other} for ${same ? 'one client' : 'two clients'}`, () => {
      const ask = limited({ perSecond: 1, burstSeconds: 1 })
      assert.equal(ask(one), 'let in')
      assert.equal(ask(other), same ? 1 : 'let in')
    })
  }

  it('remembers a limited number of clients, those that were seen last', () => {
    const ask = limited({ perSecond: 1, burstSeconds: 1, maxClients: 2 })
    assert.equal(ask('192.0.2.1'), 'let in')
    assert.equal(ask('192.0.2.2'), 'let in')
    assert.equal(ask('192.0.2.1'), 1)
    assert.equal(ask('192.0.2.3'), 'let in')
    assert.equal(ask('192.0.2.1'), 1)
    assert.equal(ask('192.0.2.2'), 'let in')
  })
})
