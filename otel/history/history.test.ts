import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { AggregationType } from '@opentelemetry/sdk-metrics'
import type { HistoryAnswer } from './history.ts'
import { day, hour, minute, Recorded } from './recorded.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'history-'))

/** The value of the one point of the one series. */
function only({ series }: HistoryAnswer): number | undefined {
  assert.ok(series.length <= 1, `${series.length} series`)
  assert.ok((series[0]?.points.length ?? 0) <= 1)
  return series[0]?.points[0]?.[1]
}

describe('a history', () => {
  after(() => rmSync(folder, { recursive: true }))

  it('tells values now, by attributes and added up', async () => {
    await using recorded = new Recorded()
    const { history, meter } = recorded
    const orders = meter.createCounter('orders')
    orders.add(2, { drink: 'tea', size: 1 })
    orders.add(3, { drink: 'latte', size: 1 })
    orders.add(4, { drink: 'latte', size: 2 })
    await recorded.take()
    assert.equal(only(history.query({ name: 'orders', where: { drink: 'tea' } })), 2)
    assert.equal(only(history.query({ name: 'orders', by: [] })), 9)
    const { series } = history.query({ name: 'orders', by: ['drink'] })
    assert.deepEqual(
      series.map(({ attributes, points }) => [attributes, points[0]?.[1]]),
      [
        [{ drink: 'tea' }, 2],
        [{ drink: 'latte' }, 7],
      ],
    )
    assert.deepEqual(history.query({ name: 'orders', where: { size: '2' } }).series[0]?.attributes, {
      drink: 'latte',
      size: '2',
    })
  })

  it('tells how much counters grow, at once and by steps', async () => {
    await using recorded = new Recorded()
    const { history, meter } = recorded
    const orders = meter.createCounter('orders')
    orders.add(1)
    await recorded.take()
    await recorded.pass(10 * minute, 10_000, () => orders.add(5))
    const { nowMs } = recorded
    const since = nowMs - 5 * minute
    assert.equal(only(history.query({ name: 'orders', fn: 'rate', since })), 0.5)
    assert.equal(only(history.query({ name: 'orders', fn: 'increase', since })), 150)
    const { series } = history.query({ name: 'orders', fn: 'increase', since, step: minute, window: minute })
    assert.deepEqual(
      series[0]?.points,
      Array.from({ length: 6 }, (_, i) => [since + i * minute, 30]),
    )
  })

  it('knows the true extremes of a range, from memory and from the file', async () => {
    const file = join(folder, 'extremes.db')
    const asked = { fn: 'max', by: [] } as const
    let until: number
    {
      await using recorded = new Recorded({ file })
      const { history, meter } = recorded
      const gauge = meter.createGauge('depth')
      const histogram = meter.createHistogram('time')
      await recorded.pass(3 * minute, 10_000, (step) => {
        gauge.record(step === 7 ? 100 : step)
        histogram.record(step === 8 ? 7.25 : 0.01)
      })
      until = recorded.nowMs
      for (const since of [until - 3 * minute, until - minute]) {
        const isWhole = since < until - minute
        assert.equal(only(history.query({ name: 'depth', ...asked, since })), isWhole ? 100 : 17)
        assert.equal(only(history.query({ name: 'time', ...asked, since })), isWhole ? 7.25 : 0.01)
      }
    }
    await using later = new Recorded({ file })
    later.nowMs = until
    const since = until - 3 * minute
    assert.equal(only(later.history.query({ name: 'depth', ...asked, since })), 100)
    assert.equal(only(later.history.query({ name: 'time', ...asked, since })), 7.25)
    assert.equal(only(later.history.query({ name: 'time', fn: 'min', by: [], since })), 0.01)
  })

  it('counts on where a process has ended and another has begun', async () => {
    const file = join(folder, 'restarts.db')
    let nowMs = Date.UTC(2026, 0, 5)
    const begin = nowMs
    for (const each of [7, 3, 5]) {
      await using recorded = new Recorded({ file })
      recorded.nowMs = nowMs
      const orders = recorded.meter.createCounter('orders')
      orders.add(0)
      await recorded.pass(20 * minute, minute, () => orders.add(each))
      nowMs = recorded.nowMs
    }
    await using recorded = new Recorded({ file, readOnly: true })
    const { history } = recorded
    recorded.nowMs = nowMs
    // Nobody has seen the first minute of the first process; the others begin at 0, and their first row is what they grew by.
    const since = begin + minute - 1
    const grown = only(history.query({ name: 'orders', fn: 'increase', since, until: nowMs })) ?? 0
    assert.equal(Math.round(grown), 7 * 19 + 3 * 20 + 5 * 20)
  })

  it('tells a mean and quantiles, of classic and of exponential histograms', async () => {
    const views = {
      views: [
        {
          instrumentName: 'exponential',
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const,
        },
      ],
    }
    await using recorded = new Recorded({}, views)
    const { history, meter } = recorded
    const advice = { explicitBucketBoundaries: [1, 2, 4, 8, 16] }
    const classic = meter.createHistogram('classic', { advice })
    const exponential = meter.createHistogram('exponential')
    const record = (value: number) => {
      for (const histogram of [classic, exponential]) histogram.record(value, { kind: String(value) })
    }
    const values = [1, 3, 3, 3, 10]
    const all = () => values.forEach(record)
    all()
    await recorded.take()
    await recorded.pass(minute, 10_000, all)
    const since = recorded.nowMs - minute
    const ask = (name: string, fn: 'average' | 'quantile', quantile = 0.5) =>
      only(history.query({ name, fn, quantile, by: [], since }))
    for (const name of ['classic', 'exponential'])
      assert.equal(ask(name, 'average')?.toFixed(9), '4.000000000')
    assert.equal(ask('classic', 'quantile'), 3)
    assert.equal(ask('classic', 'quantile', 0.9), 12)
    assert.ok(Math.abs((ask('exponential', 'quantile') ?? 0) - 3) < 0.01)
    assert.ok(Math.abs((ask('exponential', 'quantile', 0.9) ?? 0) - 10) < 0.03)
  })

  it('has no value for a series that is gone, nor where it was not kept', async () => {
    await using recorded = new Recorded()
    const { history, meter } = recorded
    meter.createGauge('depth').record(1)
    const at = recorded.nowMs
    await recorded.take()
    assert.equal(only(history.query({ name: 'depth', until: at + 299_999 })), 1)
    assert.equal(only(history.query({ name: 'depth', until: at + 300_000 })), undefined)
    assert.equal(only(history.query({ name: 'depth', until: at - 1 })), undefined)
  })

  it('keeps its memory within the ring, and its file within the retention', async () => {
    const retentionMs = 12 * day
    await using recorded = new Recorded({ ringSize: 60, ringIntervalMs: minute, retentionMs })
    const { history, meter } = recorded
    const orders = meter.createCounter('orders')
    const begin = recorded.nowMs
    const sizes: number[] = []
    for (let passed = 0; passed < 16; passed++) {
      await recorded.pass(day, 5 * minute, () => orders.add(1))
      await history.tidy()
      sizes.push(history.size.diskBytes + history.size.memoryBytes)
    }
    assert.ok((sizes[15] as number) <= 1.05 * (sizes[13] as number), String(sizes))
    const resolution = (ageMs: number) =>
      history.query({ name: 'orders', until: recorded.nowMs - ageMs }).resolutionMs
    assert.equal(resolution(hour), minute)
    assert.equal(resolution(4 * day), 10 * minute)
    assert.equal(resolution(10 * day), hour)
    assert.deepEqual(history.query({ name: 'orders', until: begin + 2 * day }).series, [])
    // What counters grow by is the same at every resolution.
    for (const ageDays of [1, 4, 9]) {
      const until = recorded.nowMs - ageDays * day
      const grown = only(history.query({ name: 'orders', fn: 'increase', since: until - day, until }))
      assert.equal(grown, 288)
    }
  })

  it('loses no growth to thinning out, however often counters begin anew', async () => {
    const file = join(folder, 'thinned.db')
    const begin = Date.UTC(2026, 0, 5)
    let nowMs = begin
    let grown = 0
    for (let process = 0; process < 40; process++) {
      await using recorded = new Recorded({ file })
      recorded.nowMs = nowMs
      const orders = recorded.meter.createCounter('orders')
      await recorded.pass(((process % 7) + 2) * 9 * minute, minute, (step) => {
        const more = (process * 7 + step * 3) % 11
        orders.add(more)
        // Nobody has seen what was counted before the first row.
        if (process > 0 || step > 0) grown += more
      })
      nowMs = recorded.nowMs
    }
    await using recorded = new Recorded({ file })
    const count = () => {
      const { series, resolutionMs } = recorded.history.query({
        name: 'orders',
        fn: 'increase',
        // So that nothing is extrapolated; the last row is the one that a process writes as it ends.
        since: begin + minute - 1,
        until: nowMs + 1,
      })
      return [Math.round(series[0]?.points[0]?.[1] ?? 0), resolutionMs]
    }
    recorded.nowMs = nowMs
    assert.deepEqual(count(), [grown, minute])
    for (const [ageDays, resolutionMs] of [
      [4, 10 * minute],
      [10, hour],
    ] as const) {
      recorded.nowMs = nowMs + ageDays * day
      await recorded.history.tidy()
      assert.deepEqual(count(), [grown, resolutionMs])
    }
  })

  it('goes by what was written last where the clock was set back', async () => {
    await using recorded = new Recorded()
    const { history, meter } = recorded
    const gauge = meter.createGauge('depth')
    await recorded.pass(2 * hour, minute, () => gauge.record(1))
    recorded.nowMs -= hour
    const back = recorded.nowMs
    await recorded.pass(30 * minute, minute, () => gauge.record(2))
    const at = (ms: number) => only(history.query({ name: 'depth', until: ms }))
    assert.deepEqual(
      [back - 5 * minute, back + 5 * minute, back + 29 * minute, back + 50 * minute].map(at),
      [1, 2, 2, 1],
    )
  })

  it('keeps journals over restarts', async () => {
    const file = join(folder, 'journal.db')
    {
      await using recorded = new Recorded({ file })
      const { journal } = recorded.history
      journal.transition('sync', { from: 'idle', to: 'busy', at: 1000, reason: 'asked' })
      journal.transition('sync', { from: 'busy', to: 'idle', at: 3000, reason: 'done' })
      for (let at = 0; at < 150; at++)
        journal.error({ at, type: 'network', message: `no\nanswer ${at} from https://a:b@c/` })
      await recorded.take()
    }
    await using recorded = new Recorded({ file, readOnly: true })
    const { journal } = recorded.history
    assert.deepEqual(journal.stateOf('sync'), {
      state: 'idle',
      since: 3000,
      transitions: [
        { from: 'idle', to: 'busy', at: 1000, reason: 'asked' },
        { from: 'busy', to: 'idle', at: 3000, reason: 'done' },
      ],
      counts: [
        { from: 'idle', to: 'busy', count: 1 },
        { from: 'busy', to: 'idle', count: 1 },
      ],
      heldMs: { idle: 0, busy: 2000 },
    })
    assert.equal(journal.errors.length, 100)
    assert.deepEqual(journal.errors[0], {
      at: 50,
      type: 'network',
      message: 'no answer 50 from https://***@c/',
    })
  })

  const refusals: readonly [what: string, query: Record<string, unknown>, message: string][] = [
    [
      'an unknown metric',
      { name: 'oders' },
      'no history is kept of oders (did you mean orders?): name a metric as OpenTelemetry does',
    ],
    [
      'a rate of a gauge',
      { name: 'depth', fn: 'rate' },
      'depth is a gauge, and rate is for counters and histograms: ask for value, min or max',
    ],
    [
      'a quantile of a counter',
      { name: 'orders', fn: 'quantile' },
      'orders is a counter, and quantile is for histograms: ask for value, min or max',
    ],
    [
      'an unknown function',
      { name: 'orders', fn: 'median' },
      'median is not a function of histories: use one of value, rate, increase, average, quantile, min, max',
    ],
    ['a quantile beyond 1', { name: 'orders', quantile: 95 }, 'quantile is 95: give a number from 0 to 1'],
    ['a time that is none', { name: 'orders', since: Number.NaN }, 'since is NaN: give a finite number'],
    [
      'a range that ends before it begins',
      { name: 'orders', since: 2000, until: 1000 },
      'since (1970-01-01T00:00:02.000Z) is after until (1970-01-01T00:00:01.000Z): swap them',
    ],
    [
      'a step without a beginning',
      { name: 'orders', step: 1 },
      'step is given without since: say from when on',
    ],
    ['a step of nothing', { name: 'orders', since: 0, step: 0 }, 'step is 0: give a number of ms above 0'],
    [
      'too many points',
      { name: 'orders', since: 0, until: 1e9, step: 1 },
      'that would be 1000000001 points, at most 11000 are answered: give a larger step',
    ],
  ]
  for (const [what, query, message] of refusals) {
    it(`refuses ${what}`, async () => {
      await using recorded = new Recorded()
      recorded.meter.createCounter('orders').add(1)
      recorded.meter.createGauge('depth').record(1)
      await recorded.take()
      assert.throws(() => recorded.history.query(query as never), { name: 'UsageError', message })
    })
  }
})
