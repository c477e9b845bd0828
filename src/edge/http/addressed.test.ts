import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NextFunction, Request, Response } from 'express'
import { requireAddressed } from './addressed.ts'
import { Problem } from './problem.ts'

/** What is answered to a request with these headers; 200 where it is let through. */
function statusOf(headers: Readonly<Record<string, string>>): number {
  const check = requireAddressed({ names: ['gauge', 'Gauge.Example.org'] })
  try {
    let passed = false
    const next: NextFunction = () => {
      passed = true
    }
    check({ headers } as unknown as Request, {} as Response, next)
    return passed ? 200 : 0
  } catch (error) {
    if (error instanceof Problem) return error.status
    throw error
  }
}

describe('requireAddressed', () => {
  const hosts: readonly [host: string, status: number][] = [
    ['127.0.0.1:3000', 200],
    ['192.168.1.7:3000', 200],
    ['[::1]:3000', 200],
    ['localhost', 200],
    ['LOCALHOST:3000', 200],
    ['localhost.:3000', 200],
    ['gauge:3000', 200],
    ['gauge.example.org', 200],
    ['rebound.example.org:3000', 421],
    ['localhost.example.org', 421],
    ['127.0.0.1.example.org', 421],
    ['', 421],
    ['localhost/x', 421],
    ['user@localhost', 421],
    ['local host', 421],
    ['localhost:99999', 421],
  ]
  for (const [host, status] of hosts)
    it(`answers ${status} to the host "${host}"`, () => assert.equal(statusOf({ host }), status))

  it('answers 421 where no host is named', () => assert.equal(statusOf({}), 421))

  const origins: readonly [origin: string, status: number][] = [
    ['http://127.0.0.1:3000', 200],
    ['https://127.0.0.1:3000', 200],
    ['http://127.0.0.1:3001', 403],
    ['http://localhost:3000', 403],
    ['https://example.org', 403],
    ['chrome-extension://127.0.0.1:3000', 403],
    ['null', 403],
    ['', 403],
  ]
  for (const [origin, status] of origins)
    it(`answers ${status} to the origin "${origin}"`, () =>
      assert.equal(statusOf({ host: '127.0.0.1:3000', origin }), status))
})
