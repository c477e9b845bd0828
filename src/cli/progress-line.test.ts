import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BackfillProgress } from '../edge/http/control.ts'
import { progressLine } from './progress-line.ts'

const half: BackfillProgress = {
  policy: 'all',
  listed: 4000,
  isListed: false,
  waiting: 1990,
  running: 10,
  synced: 2000,
  pending: 0,
  deadLetters: 0,
  reposPerSecond: 12.4,
  recordsPerSecond: 21_007,
  secondsLeft: 161,
}

describe('progressLine', () => {
  const cases: readonly [name: string, progress: Partial<BackfillProgress>, expected: string][] = [
    [
      'half of what is known so far',
      {},
      '[##########----------]  2,000 of 4,000 or more repos  12 repos/s  21,007 records/s  3 min left',
    ],
    [
      'the end',
      { synced: 4000, waiting: 0, running: 0, isListed: true, secondsLeft: 0, reposPerSecond: 0.25 },
      '[####################]  4,000 of 4,000 repos  0.3 repos/s  21,007 records/s',
    ],
    [
      'what was given up, and hours that are left',
      { deadLetters: 3, secondsLeft: 7200, isListed: true },
      '[##########----------]  2,000 of 4,000 repos  12 repos/s  21,007 records/s  2.0 h left  3 given up',
    ],
    [
      'nothing at all',
      { synced: 0, waiting: 0, running: 0, isListed: true, reposPerSecond: 0, recordsPerSecond: 0 },
      '[####################]  0 of 0 repos  0 repos/s  0 records/s',
    ],
  ]
  for (const [name, progress, expected] of cases)
    it(`shows ${name}`, () => assert.equal(progressLine({ ...half, ...progress }), expected))
})
