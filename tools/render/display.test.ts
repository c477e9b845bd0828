import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { display, seriesColor } from './display.ts'
import { fieldConfig } from './field-config.ts'
import { reduce } from './reduce.ts'

const thresholds = {
  mode: 'absolute',
  steps: [
    { value: null, color: 'green' },
    { value: 10, color: 'yellow' },
    { value: 100, color: 'red' },
  ],
}
const config = (defaults: object, overrides: readonly object[] = [], name = 'a') =>
  fieldConfig(
    { defaults: { color: { mode: 'thresholds' }, thresholds, ...defaults }, overrides },
    { name, refId: 'A', type: 'number' },
  )
const override = (id: string, options: unknown, property: string, value: unknown) => ({
  matcher: { id, options },
  properties: [{ id: property, value }],
})

describe('display', () => {
  const mappings = [
    { type: 'value', options: { '0': { text: 'Disconnected', color: 'red' } } },
    { type: 'range', options: { from: 1, to: 5, result: { text: 'few' } } },
    { type: 'regex', options: { pattern: '7(.)', result: { text: 'seventy-$1' } } },
    { type: 'special', options: { match: 'null', result: { text: 'nothing' } } },
  ]
  const cases = [
    [{ unit: 's' }, 0.25, '250 ms', '#73BF69'],
    [{}, 10, '10', '#FADE2A'],
    [{}, 99.9, '99.9', '#FADE2A'],
    [{ decimals: 3 }, 100, '100.000', '#F2495C'],
    [{ thresholds: { ...thresholds, mode: 'percentage' }, max: 1000 }, 50, '50', '#73BF69'],
    [{ thresholds: { ...thresholds, mode: 'percentage' }, max: 1000 }, 100, '100', '#FADE2A'],
    [{}, null, 'No data', '#73BF69'],
    [{ noValue: '–' }, null, '–', '#73BF69'],
    [{ mappings }, 0, 'Disconnected', '#F2495C'],
    [{ mappings }, 3, 'few', '#73BF69'],
    [{ mappings }, 71, 'seventy-1', '#FADE2A'],
    [{ mappings }, null, 'nothing', '#73BF69'],
    [{ color: { mode: 'fixed', fixedColor: 'light-blue' } }, 500, '500', '#8AB8FF'],
    [{ color: { mode: 'fixed', fixedColor: 'red;background:url(//x)' } }, 500, '500', '#808080'],
    [{ color: { mode: 'palette-classic' } }, 500, '500', '#F2CC0C'],
  ] as const
  for (const [defaults, value, whole, color] of cases)
    it(`shows ${value} with ${JSON.stringify(defaults).slice(0, 60)} as ${whole}`, () => {
      const shown = display(value, { config: config(defaults), theme: 'dark', index: 1 })
      assert.deepEqual([shown.whole, shown.color], [whole, color])
    })
})

describe('overrides', () => {
  const cases = [
    ['by name', override('byName', 'a', 'unit', 'bytes'), 'bytes'],
    ['not by another name', override('byName', 'b', 'unit', 'bytes'), 's'],
    ['by pattern', override('byRegexp', '/^A$/i', 'unit', 'bytes'), 'bytes'],
    ['by whole pattern', override('byRegexp', 'a.+', 'unit', 'bytes'), 's'],
    ['not by a broken pattern', override('byRegexp', '/(/', 'unit', 'bytes'), 's'],
    ['by query', override('byFrameRefID', 'A', 'unit', 'bytes'), 'bytes'],
    ['by type', override('byType', 'number', 'unit', 'bytes'), 'bytes'],
    ['by names', override('byNames', { mode: 'include', names: ['a'] }, 'unit', 'bytes'), 'bytes'],
    ['by all names but some', override('byNames', { mode: 'exclude', names: ['a'] }, 'unit', 'bytes'), 's'],
    ['never into prototypes', override('byName', 'a', '__proto__.unit', 'bytes'), 's'],
  ] as const
  for (const [name, one, unit] of cases)
    it(`fit ${name}`, () => {
      assert.equal(config({ unit: 's' }, [one]).unit, unit)
      assert.equal(({} as { unit?: string }).unit, undefined)
    })
  it('reach settings of one type of panel', () => {
    assert.deepEqual(config({}, [override('byName', 'a', 'custom.stacking.mode', 'normal')]).custom, {
      stacking: { mode: 'normal' },
    })
  })
})

describe('reduce', () => {
  const values = [null, 4, 2, null, 6, null]
  const cases = {
    last: null,
    lastNotNull: 6,
    first: null,
    firstNotNull: 4,
    min: 2,
    max: 6,
    mean: 4,
    sum: 12,
    count: 6,
    range: 4,
    diff: 2,
    delta: 6,
  }
  for (const [calculation, expected] of Object.entries(cases))
    it(`finds ${calculation}`, () => assert.equal(reduce(calculation, values), expected))
  it('finds nothing in nothing', () => assert.equal(reduce('mean', [null]), null))
  it('does not know what it does not know', () => assert.equal(reduce('constructor', values), undefined))
})

it('colours a series by its last value where thresholds colour it', () => {
  assert.equal(seriesColor({ config: config({}), theme: 'light', index: 0 }, 1000), '#E02F44')
})
