import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countedByGrafana, grafanaUnit } from './grafana-unit.ts'

const cases = {
  '': 'none',
  s: 's',
  h: 'h',
  min: 'm',
  By: 'bytes',
  'By/s': 'binBps',
  kBy: 'deckbytes',
  '1': 'percentunit',
  '%': 'percent',
  '{percent}': 'percent',
  's/s': 'percentunit',
  'J/s': 'watt',
  '{repo}': 'short',
  '{request}/s': 'reqps',
  '{event}/s': 'eps',
  '{operation}/s': 'ops',
  '{record}/s': 'recps',
  '{read}/min': 'rpm',
  '{error}/s': 'cps',
  '{error}/min': 'cpm',
  '{packet}/min': 'cpm',
  '/s': 'cps',
  '1/s': 'cps',
  // Grafana has none for these; it puts a space between the number and the suffix itself.
  'ms/s': 'suffix:ms/s',
  'By/h': 'suffix:By/h',
  '{percent}/s': 'suffix:%/s',
  '{event}/h': 'suffix:/h',
  furlong: 'short',
  'furlong/s': 'cps',
}

describe('grafanaUnit', () => {
  for (const [unit, id] of Object.entries(cases))
    it(`formats ${unit || 'no unit'} as ${id}`, () => assert.equal(grafanaUnit(unit), id))
})

describe('countedByGrafana', () => {
  const words = { reqps: 'request', recpm: 'record', pps: 'packet', cps: undefined, s: undefined }
  for (const [id, thing] of Object.entries(words))
    it(`takes ${id} for a number of ${thing ?? 'anything'}`, () => assert.equal(countedByGrafana(id), thing))
})
