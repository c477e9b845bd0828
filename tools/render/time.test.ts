import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { intervalsOf } from './interval.ts'
import { durationMs, durationText, momentOf } from './time.ts'

const now = new Date(2026, 5, 15, 13, 45, 30)

describe('momentOf', () => {
  const cases = [
    ['now', 'from', now],
    ['now-1h', 'from', new Date(2026, 5, 15, 12, 45, 30)],
    ['now-1h30m', 'from', new Date(2026, 5, 15, 12, 15, 30)],
    ['now+5m', 'to', new Date(2026, 5, 15, 13, 50, 30)],
    ['now/d', 'from', new Date(2026, 5, 15)],
    ['now/d', 'to', new Date(2026, 5, 15, 23, 59, 59, 999)],
    ['now-1d/d', 'from', new Date(2026, 5, 14)],
    ['now/w', 'from', new Date(2026, 5, 15)],
    ['now/M', 'to', new Date(2026, 5, 30, 23, 59, 59, 999)],
    ['2026-01-31T12:00:00Z', 'from', new Date('2026-01-31T12:00:00Z')],
    ['1767225600000', 'from', new Date(1_767_225_600_000)],
  ] as const
  for (const [text, edge, expected] of cases)
    it(`reads ${text} as ${edge}`, () => assert.deepEqual(momentOf(text, now, edge), expected))
  for (const text of ['yesterday', 'now-', 'now-5x', '', 'now-1h/q'])
    it(`refuses "${text}"`, () => assert.throws(() => momentOf(text, now), { type: 'usage' }))
})

describe('durations', () => {
  for (const [text, ms] of [
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['5m', 300_000],
    ['1d', 86_400_000],
    ['250ms', 250],
    ['x', undefined],
    ['5', undefined],
    ['5m5', undefined],
  ] as const)
    it(`reads ${text}`, () => assert.equal(durationMs(text), ms))
  for (const [ms, text] of [
    [90_000, '90s'],
    [300_000, '5m'],
    [60_000, '1m'],
    [250, '250ms'],
    [7_200_000, '2h'],
  ] as const)
    it(`writes ${ms} ms as ${text}`, () => assert.equal(durationText(ms), text))
})

describe('intervalsOf', () => {
  const at = (rangeMs: number, more: object = {}) =>
    intervalsOf({
      from: new Date(now.getTime() - rangeMs),
      to: now,
      maxDataPoints: 700,
      minInterval: undefined,
      scrapeIntervalMs: 15_000,
      ...more,
    })
  const hour = 3_600_000
  const cases = [
    ['is never finer than a scrape', at(hour), { stepMs: 15_000, rateIntervalMs: 60_000 }],
    ['is rounded as Grafana rounds', at(24 * hour), { stepMs: 120_000, rateIntervalMs: 135_000 }],
    [
      'follows the minimum of the panel',
      at(hour, { minInterval: '1m' }),
      { stepMs: 60_000, rateIntervalMs: 75_000 },
    ],
    [
      'reads a minimum with its sign',
      at(hour, { minInterval: '>30s' }),
      { stepMs: 30_000, rateIntervalMs: 60_000 },
    ],
    [
      'follows the interval of scrapes',
      at(hour, { scrapeIntervalMs: 1000 }),
      { stepMs: 5000, rateIntervalMs: 6000 },
    ],
  ] as const
  for (const [name, found, expected] of cases) it(name, () => assert.deepEqual(found, expected))

  it('never asks for more points than Prometheus gives', () => {
    const { stepMs } = at(24 * hour, { maxDataPoints: 1e6, scrapeIntervalMs: 1 })
    assert.ok((24 * hour) / stepMs <= 11_000)
  })
})
