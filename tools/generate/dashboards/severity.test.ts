import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { thresholdSteps, valueMappings } from './severity.ts'

const cases = [
  { thresholds: undefined, steps: [[null, 'green']] },
  {
    thresholds: { warning: 10, critical: 100 },
    steps: [
      [null, 'green'],
      [10, 'yellow'],
      [100, 'red'],
    ],
  },
  {
    thresholds: { critical: 3 },
    steps: [
      [null, 'green'],
      [3, 'red'],
    ],
  },
  // Red 0, yellow 1 to 4, green from 5.
  {
    thresholds: { warning: 5, critical: 1, bad: 'below' },
    steps: [
      [null, 'red'],
      [1, 'yellow'],
      [5, 'green'],
    ],
  },
  {
    thresholds: { warning: 5, bad: 'below' },
    steps: [
      [null, 'yellow'],
      [5, 'green'],
    ],
  },
] as const

describe('colours of thresholds', () => {
  for (const { thresholds, steps } of cases)
    it(`turns ${JSON.stringify(thresholds)} into steps`, () => {
      const built = thresholdSteps(thresholds).build()
      assert.equal(built.mode, 'absolute')
      assert.deepEqual(
        built.steps.map(({ value, color }) => [value, color]),
        steps,
      )
    })
})

describe('words for values', () => {
  it('maps each value to its word and colour', () =>
    assert.deepEqual(
      valueMappings([
        { value: 0, text: 'Disconnected', severity: 'critical' },
        { value: 1, text: 'Connected', severity: 'ok' },
      ]),
      [
        {
          type: 'value',
          options: {
            0: { text: 'Disconnected', color: 'red', index: 0 },
            1: { text: 'Connected', color: 'green', index: 1 },
          },
        },
      ],
    ))
})
