import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { components } from '../../../../src/catalog/catalog.ts'
import { grafanaUnit } from '../../../../tools/generate/dashboards/unit.ts'

const cases = {
  '': 'none',
  s: 's',
  By: 'bytes',
  'By/s': 'binBps',
  '1': 'percentunit',
  '{percent}': 'percent',
  's/s': 'percentunit',
  '{repo}': 'short',
  '{request}/s': 'reqps',
  '{event}/s': 'eps',
  '{operation}/s': 'ops',
  '{record}/s': 'recps',
  '{error}/s': 'cps',
  '{error}/min': 'cpm',
}

describe('units of Grafana', () => {
  for (const [unit, id] of Object.entries(cases))
    it(`formats ${unit || 'no unit'} as ${id}`, () => assert.equal(grafanaUnit(unit), id))

  it('are all among those that Grafana publishes', () => {
    const published = new Set<unknown>(Object.values(units))
    const used = components.flatMap(({ metrics, panels }) => [...metrics, ...panels]).map(({ unit }) => unit)
    for (const unit of [...used, ...Object.keys(cases)]) assert.ok(published.has(grafanaUnit(unit)), unit)
  })
})
