import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rateLimitFrom, retryAfterMsFrom } from './rate-limit.ts'

const nowMs = 2_000_000_000_000

describe('rateLimitFrom', () => {
  const cases: readonly (readonly [
    source: string,
    headers: Record<string, string>,
    expected: object | undefined,
  ])[] = [
    [
      'a PDS (@atproto/xrpc-server)',
      {
        'RateLimit-Limit': '3000',
        'RateLimit-Remaining': '2999',
        'RateLimit-Reset': '2000000300',
        'RateLimit-Policy': '3000;w=300',
      },
      { limit: 3000, remaining: 2999, resetMs: nowMs + 300_000 },
    ],
    [
      'draft 03',
      { 'RateLimit-Limit': '100, 100;w=60', 'RateLimit-Remaining': '0', 'RateLimit-Reset': '50' },
      { limit: 100, remaining: 0, resetMs: nowMs + 50_000 },
    ],
    [
      'draft 06',
      { 'RateLimit-Policy': '10;w=1', 'RateLimit-Remaining': '9', 'RateLimit-Reset': '1' },
      { limit: 10, remaining: 9, resetMs: nowMs + 1000 },
    ],
    [
      'draft 07',
      { RateLimit: 'limit=100, remaining=50, reset=5', 'RateLimit-Policy': '100;w=60' },
      { limit: 100, remaining: 50, resetMs: nowMs + 5000 },
    ],
    [
      'draft 08',
      {
        RateLimit: '"burst";r=50;t=30, "daily";r=7;t=3600',
        'RateLimit-Policy': '"burst";q=100;w=60, "daily";q=1000;w=86400',
      },
      { limit: 1000, remaining: 7, resetMs: nowMs + 3_600_000 },
    ],
    [
      'a PDS whose clock is an hour behind ours',
      {
        Date: new Date(nowMs - 3_600_000).toUTCString(),
        'RateLimit-Limit': '3000',
        'RateLimit-Remaining': '10',
        'RateLimit-Reset': '1999996700',
      },
      { limit: 3000, remaining: 10, resetMs: nowMs + 300_000 },
    ],
    ['no host', {}, undefined],
    ['a host that does not say until when', { 'RateLimit-Remaining': '5' }, undefined],
    ['nonsense', { 'RateLimit-Remaining': '-5', 'RateLimit-Reset': 'soon' }, undefined],
    [
      'a host that wants to be left alone for ever',
      { 'RateLimit-Remaining': '0', 'RateLimit-Reset': '9999999999' },
      { remaining: 0, resetMs: nowMs + 86_400_000 },
    ],
  ]
  for (const [source, headers, expected] of cases) {
    it(`reads what ${source} says`, () => {
      assert.deepEqual(rateLimitFrom(new Headers(headers), nowMs), expected)
    })
  }
})

describe('retryAfterMsFrom', () => {
  const cases: readonly (readonly [text: string | undefined, expected: number | undefined])[] = [
    [undefined, undefined],
    ['30', 30_000],
    ['0', 0],
    [new Date(nowMs + 5000).toUTCString(), 5000],
    [new Date(nowMs - 5000).toUTCString(), 0],
    ['later', undefined],
    ['99999999', 86_400_000],
  ]
  for (const [text, expected] of cases) {
    it(`reads ${text} as ${expected}`, () => {
      const headers = new Headers(text === undefined ? {} : { 'retry-after': text })
      assert.equal(retryAfterMsFrom(headers, nowMs), expected)
    })
  }
})
