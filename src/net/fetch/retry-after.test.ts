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
    assert.equal(retryAfterMs(new Headers(value === null ? {} : { 'Retry-After': value }), now), expected))

it('Retry-After is a date by the clock of the server, whatever ours says', () => {
  const headers = new Headers({
    Date: 'Thu, 01 Jan 2026 01:00:00 GMT',
    'Retry-After': 'Thu, 01 Jan 2026 01:00:30 GMT',
  })
  for (const ours of [now, now + 3_600_000, now + 7_200_000])
    assert.equal(retryAfterMs(headers, ours), 30_000)
})
