import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isPart, isTotal, partsOf, seriesName, seriesNames, splitSeries, withoutTotal } from './series.ts'

describe('the series of a metric', () => {
  const names = {
    counter: ['x'],
    gauge: ['x'],
    histogram: ['x_bucket', 'x_sum', 'x_count'],
    summary: ['x', 'x_sum', 'x_count'],
    unknown: ['x'],
  }
  for (const [type, expected] of Object.entries(names))
    it(`of type ${type} are called ${expected.join(', ')}`, () =>
      assert.deepEqual(seriesNames('x', type), expected))

  for (const type of Object.keys(names))
    for (const part of partsOf(type))
      it(`are taken apart as they were put together: ${part} of a ${type}`, () =>
        assert.deepEqual(splitSeries(seriesName('x_y', part)), { metric: 'x_y', part }))

  it('are not parts of nothing', () => {
    assert.deepEqual(splitSeries('_count'), { metric: '_count', part: 'value' })
    assert.equal(isPart('discount', 'count'), false)
    assert.equal(isPart('x_count', 'count'), true)
  })

  it('of counters end in _total', () => {
    assert.equal(isTotal('events_total'), true)
    assert.equal(isTotal('subtotal'), false)
    assert.equal(withoutTotal('events_total'), 'events')
    assert.equal(withoutTotal('total_events'), 'total_events')
  })
})
