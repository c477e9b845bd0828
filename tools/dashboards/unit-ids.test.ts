import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as published from '@grafana/grafana-foundation-sdk/units'
import { grafanaUnit, units } from '@tidegauge/otel/naming'
import { unitIds, unitMeaning } from './unit-ids.ts'

/** In @grafana/data 13.2.3 and not yet in the list of the foundation SDK 0.0.21. */
const later = ['lengthcm']

describe('the unit ids of Grafana', () => {
  it('are those that Grafana publishes', () => {
    const ids = new Set<unknown>([...Object.values(published), ...later])
    assert.deepEqual(
      [...ids].filter((id) => typeof id === 'string' && unitMeaning(id) === undefined),
      [],
      'missing',
    )
    assert.deepEqual(
      unitIds().filter((id) => !ids.has(id)),
      [],
      'unknown to Grafana',
    )
  })

  for (const id of [
    'suffix:repos',
    'prefix:€',
    'si:mW',
    'count:repos',
    'currency:kr',
    'time:HH:mm',
    'bool:on/off',
  ])
    it(`may be made by a user: ${id}`, () => assert.equal(unitMeaning(id)?.quantity, 'other'))

  for (const id of ['seconds', 'us', 'count', 'By', 'string:', '']) {
    it(`are not just any word: "${id}"`, () => assert.equal(unitMeaning(id), undefined))
  }
})

describe('the table of units', () => {
  const quantities = { s: 'time', By: 'data', '1': 'ratio' } as const

  for (const [symbol, { measures }] of units) {
    it(`gives ${symbol} a unit of Grafana of the same size`, () => {
      const meaning = unitMeaning(grafanaUnit(symbol))
      assert.ok(meaning)
      if (measures === undefined) return
      assert.equal(meaning.quantity, quantities[measures.base])
      assert.equal(meaning.factor, measures.factor)
    })

    it(`gives ${symbol} per second a unit of Grafana of the same size, or its own`, () => {
      const id = grafanaUnit(`${symbol}/s`)
      const meaning = unitMeaning(id)
      assert.ok(meaning, id)
      if (meaning.quantity === 'data rate') assert.equal(meaning.factor, measures?.factor)
    })
  }
})
