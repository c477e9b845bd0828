import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Thresholds } from '@tidegauge/otel/catalog'
import { critical, promql } from '@tidegauge/otel/catalog'
import { defaultSettings } from '../../catalog-file/overrides.ts'
import { boundsOf, withBounds } from './bounds.ts'

describe('arithmetic with the bounds of an alert', () => {
  const bounds = { warning: 10, critical: 0.05 }
  const cases = [
    { text: '{warning}x240', is: '10x240' },
    { text: '0+{warning*1.1/15}x5', is: '0+0.733333333333x5' },
    { text: '{100-120*critical}', is: '94' },
    { text: '{(warning+2)*3-1}', is: '35' },
    { text: '{8-2-1} {8/2/2}', is: '5 2' },
    { text: 'a{op="get",le="{critical}"}', is: 'a{op="get",le="0.05"}' },
    { text: '_x5 1x5', is: '_x5 1x5' },
  ]
  for (const { text, is } of cases)
    it(`makes ${is} of ${text}`, () => assert.equal(withBounds(text, bounds), is))

  const refused = [
    { text: '{critical}', bounds: { warning: 1 }, says: /does not compare with critical/ },
    { text: '{(1+2}', bounds, says: /closing parenthesis/ },
    { text: '{1 2}', bounds, says: /is not arithmetic from 2 on/ },
    { text: '{waning}', bounds, says: /is not arithmetic at "waning"/ },
  ]
  for (const { text, bounds: values, says } of refused)
    it(`refuses ${text}`, () => assert.throws(() => withBounds(text, values), says))
})

describe('the bounds that tests of an alert reckon with', () => {
  const sides = [
    { bad: 'above', bound: 300 },
    { bad: 'above', bound: 0 },
    { bad: 'above', bound: -5 },
    { bad: 'below', bound: 300 },
    { bad: 'below', bound: 0 },
    { bad: 'below', bound: -5 },
  ] as const
  for (const { bad, bound } of sides)
    it(`lead ${bad} ${bound} where it fires, and not where it stays quiet`, () => {
      const thresholds: Thresholds = { critical: bound, bad }
      const height = { name: 'height', instrument: 'gauge', unit: '', description: '', thresholds } as const
      const query = promql`${height} > ${critical(height)}`
      const value = (test: 'fires' | 'quiet', text: string) =>
        Number(withBounds(text, boundsOf({ query }, defaultSettings, test)))
      const [more, less] = ['{critical*1.1}', '{critical*0.9}']
      const isBad = (at: number) => (bad === 'above' ? at > bound : at < bound)
      assert.ok(isBad(value('fires', bad === 'above' ? more : less)))
      assert.ok(!isBad(value('quiet', bad === 'above' ? less : more)))
    })
})
