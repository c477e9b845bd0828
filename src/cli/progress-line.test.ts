import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BackfillProgress } from '../edge/http/control.ts'
import { progressLine, setAsideLine } from './progress-line.ts'

const half: BackfillProgress = {
  policy: 'all',
  listed: 4000,
  isListed: false,
  waiting: 1990,
  setAside: 0,
  setAsideHosts: [],
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
      'what waits for its owners',
      { synced: 4000, waiting: 2, setAside: 2, running: 0, isListed: true },
      '[###################-]  4,000 of 4,002 repos  12 repos/s  21,007 records/s  2 set aside',
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

describe('setAsideLine', () => {
  const cases: readonly [hosts: BackfillProgress['setAsideHosts'], expected: string][] = [
    [
      [{ host: 'pds.test', repos: 1 }],
      '1 repo waits for its owner or host (host pds.test); it is fetched once that acts',
    ],
    [
      [
        { host: 'a.test', repos: 1200 },
        { host: 'b.test', repos: 2 },
        { host: '', repos: 1 },
      ],
      '1,203 repos wait for their owners or hosts (hosts a.test 1,200, b.test 2); each is fetched once that acts',
    ],
    [
      ['a', 'b', 'c', 'd'].map((host) => ({ host, repos: 1 })),
      '4 repos wait for their owners or hosts (hosts a 1, b 1, c 1, …); each is fetched once that acts',
    ],
    [[{ host: '', repos: 2 }], '2 repos wait for their owners or hosts; each is fetched once that acts'],
  ]
  for (const [setAsideHosts, expected] of cases)
    it(`says "${expected}"`, () => {
      const setAside = setAsideHosts.reduce((sum, { repos }) => sum + repos, 0)
      assert.equal(setAsideLine({ ...half, setAside, setAsideHosts }), expected)
    })
})
