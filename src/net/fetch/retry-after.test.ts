import assert from 'node:assert/strict'
import { it } from 'node:test'
import { retryAfterMs } from './retry-after.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const cases: [value: string | null, expected: number | undefined][] = [
  ['5', 5000],
  [' 0 ', 0],
  ['1.5', 1500],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
]
for (const [value, expected] of cases)
  it(`Retry-After ${value === null ? 'left out' : `“${value}”`} means ${expected} ms`, () =>
    assert.equal(retryAfterMs(value, now), expected))
