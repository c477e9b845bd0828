import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nearest } from './nearest.ts'

describe('nearest', () => {
  const names = ['--port', '--metrics-port', '--host', '--data', `--port${'x'.repeat(200)}`]
  const cases = [
    { typed: '--prot', name: '--port' },
    { typed: '--PORT', name: '--port' },
    { typed: '--metric-port', name: '--metrics-port' },
    { typed: '--dta', name: '--data' },
    { typed: '--unheard-of', name: undefined },
    { typed: '', name: undefined },
    { typed: `--por${'x'.repeat(200)}`, name: undefined },
  ]
  for (const { typed, name } of cases) {
    it(`finds ${name} for "${typed}"`, () => assert.equal(nearest(typed, names), name))
  }
})
