import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ChartAxis } from '../chart-spec.ts'
import { tickTexts } from './axes.ts'
import { rangeOf } from './range.ts'

describe('tickTexts', () => {
  const cases = [
    ['s', [0, 0.05, 0.1], 0.05, ['0 s', '50 ms', '100 ms']],
    ['s', [0, 0.0005, 0.001, 0.0015], 0.0005, ['0 s', '500 µs', '1 ms', '1.5 ms']],
    ['short', [0, 500, 1000, 1500], 500, ['0', '500', '1 K', '1.5 K']],
    ['short', [0, 2e6], 2e6, ['0', '2 Mil']],
    ['percentunit', [0, 0.25, 0.5], 0.25, ['0%', '25%', '50%']],
    ['bytes', [0, 512, 1024], 512, ['0 B', '512 B', '1 KiB']],
    ['reqps', [0, 0.5, 1], 0.5, ['0 req/s', '0.5 req/s', '1 req/s']],
    ['none', [0.30000000000000004, 0.4], 0.1, ['0.3', '0.4']],
    [undefined, [-1, 0, 1], 1, ['-1', '0', '1']],
  ] as const
  for (const [unit, splits, step, expected] of cases)
    it(`writes ${splits} in ${unit}`, () =>
      assert.deepEqual(tickTexts(splits, step, { unit, decimals: undefined }), expected))
  it('keeps the decimals of the panel', () =>
    assert.deepEqual(tickTexts([0, 1], 1, { unit: 's', decimals: 1 }), ['0 s', '1.0 s']))
})

describe('rangeOf', () => {
  const axis = (more: Partial<ChartAxis> = {}) => ({ isCentered: false, ...more }) as ChartAxis
  const cases = [
    ['begins at zero', axis(), [2, 10], [0, 10.6]],
    ['stays with a narrow band far up', axis(), [100, 110], [99.4, 110.6]],
    ['gives a constant its place', axis(), [5, 5], [0, 10]],
    ['gives zero a line of its own', axis(), [0, 0], [0, 1]],
    ['shows something without data', axis(), [null, null], [0, 1.06]],
    ['ends at zero below it', axis(), [-10, -2], [-10.6, 0]],
    ['is held by the panel', axis({ min: 0, max: 1 }), [0.2, 5], [0, 1]],
    ['reaches as far as is wished', axis({ softMin: 0, softMax: 100 }), [4, 5], [0, 106]],
    ['is centred', axis({ isCentered: true }), [0, 10], [-10.6, 10.6]],
    ['takes whole powers', axis({ log: 10 }), [3, 450], [1, 1000]],
  ] as const
  for (const [name, one, [low, high], expected] of cases)
    it(name, () =>
      assert.deepEqual(
        rangeOf(one, low, high).map((value) => Number(value.toFixed(6))),
        expected,
      ),
    )
})
