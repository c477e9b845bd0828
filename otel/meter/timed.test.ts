import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { MetricDefinition } from '../catalog/metric.ts'
import { disabledMeter } from './meter-settings.ts'
import { createTestMeter } from './test-meter.ts'
import { timed } from './timed.ts'

const trigger = ['cli', 'api'] as const
const runs = {
  name: 'job.runs',
  instrument: 'counter',
  unit: '{run}',
  description: 'd',
  attributes: { trigger },
} as const satisfies MetricDefinition
const errors = {
  name: 'job.errors',
  instrument: 'counter',
  unit: '{error}',
  description: 'd',
  attributes: { trigger, reason: ['network', 'internal'] },
} as const satisfies MetricDefinition
const duration = {
  name: 'job.duration',
  instrument: 'histogram',
  unit: 's',
  description: 'd',
  buckets: [1],
  sampled: true,
} as const satisfies MetricDefinition

class NetworkError extends Error {
  readonly type = 'network'
}
class UndeclaredError extends Error {
  readonly type = 'moon'
}

const outcomes = [
  { name: 'success', error: undefined, reason: undefined },
  { name: 'a typed error', error: new NetworkError(), reason: 'network' },
  { name: 'an untyped error', error: new Error('x'), reason: 'internal' },
  { name: 'an error of undeclared type', error: new UndeclaredError(), reason: 'internal' },
] as const

for (const { name, error, reason } of outcomes) {
  for (const way of ['sync', 'async'] as const) {
    it(`measures ${way} work that ends with ${name}`, async () => {
      const { meter, value } = createTestMeter()
      const measure = timed(meter, { runs, errors, duration })
      const work = () => {
        if (error) throw error
        return 7
      }
      const run = async () =>
        way === 'sync'
          ? measure({ trigger: 'cli' }, work)
          : await measure({ trigger: 'cli' }, async () => work())
      if (error) await assert.rejects(run(), (thrown) => thrown === error)
      else assert.equal(await run(), 7)
      assert.equal(await value(runs, { trigger: 'cli' }), 1)
      assert.equal(await value(runs, { trigger: 'api' }), 0)
      assert.equal(await value(duration), 1)
      assert.equal(await value(errors), reason === undefined ? 0 : 1)
      if (reason) assert.equal(await value(errors, { trigger: 'cli', reason }), 1)
    })
  }
}

it('returns a value, not a promise, for synchronous work', () => {
  const { meter } = createTestMeter()
  assert.equal(
    timed(meter, { duration })({}, () => 1),
    1,
  )
})

it('times one run in n of a sampled metric and counts it n times', async () => {
  const { meter, value } = createTestMeter({ sampleRate: 0.1 })
  const measure = timed(meter, { runs, duration })
  for (let i = 0; i < 100; i++) measure({ trigger: 'api' }, () => i)
  assert.equal(await value(runs), 100)
  assert.equal(await value(duration), 100)
})

it('only runs the work where measuring is switched off', () => {
  assert.equal(
    timed(disabledMeter(), { runs, errors, duration })({ trigger: 'api' }, () => 1),
    1,
  )
})

it('times by attribute where the duration has some', async () => {
  const { meter, value } = createTestMeter()
  const perTrigger = { ...duration, attributes: { trigger } } as const satisfies MetricDefinition
  const measure = timed(meter, { duration: perTrigger })
  measure({ trigger: 'api' }, () => {})
  assert.equal(await value(perTrigger, { trigger: 'api' }), 1)
  assert.equal(await value(perTrigger, { trigger: 'cli' }), undefined)
})
