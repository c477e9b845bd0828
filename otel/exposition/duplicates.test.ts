import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Attributes, diag } from '@opentelemetry/api'
import { scraped } from './scraped.fixture.ts'

const pairs: [name: string, one: Attributes, other: Attributes][] = [
  ['a number and a text', { k: 1 }, { k: '1' }],
  ['keys that come out alike', { 'a.b': 'x' }, { a_b: 'x' }],
  ['an empty value and none', { k: '' }, {}],
  ['broken characters', { k: '\ud800' }, { k: '\udfff' }],
]

describe('series that Prometheus cannot tell apart', () => {
  for (const [name, one, other] of pairs) {
    it(`become one where they differ in ${name}: counts are added up, of gauges the first is kept`, async () => {
      await using target = await scraped()
      const counter = target.meter.createCounter('c')
      const upDown = target.meter.createUpDownCounter('u')
      const gauge = target.meter.createGauge('g')
      const histogram = target.meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1] } })
      for (const [i, attributes] of [one, other].entries()) {
        counter.add(1 + i, attributes)
        upDown.add(1 + i, attributes)
        gauge.record(1 + i, attributes)
        histogram.record(1 + i, attributes)
      }
      for (let scrape = 0; scrape < 2; scrape++) {
        const { sample } = await target.parsed()
        assert.deepEqual([sample('c_total').value, sample('u').value, sample('g').value], [3, 3, 1])
        const buckets = ['1', '+Inf'].map((le) => sample('h_bucket', { le }).value)
        assert.deepEqual([buckets, sample('h_sum').value, sample('h_count').value], [[1, 2], 3, 2])
      }
      counter.add(10, other)
      assert.equal((await target.parsed()).sample('c_total').value, 13)
    })
  }

  it('become one where scopes are not told apart, and are reported once', async () => {
    const warnings: string[] = []
    const warn = (message: string) => void warnings.push(message)
    const silent = () => {}
    diag.setLogger({ warn, error: silent, info: silent, debug: silent, verbose: silent })
    await using target = await scraped({ withoutScopeInfo: true })
    for (const scope of ['a', 'b']) target.provider.getMeter(scope).createCounter('c').add(2)
    for (let scrape = 0; scrape < 3; scrape++)
      assert.equal((await target.parsed()).sample('c_total').value, 4)
    diag.disable()
    assert.deepEqual(warnings, ['series of "c_total" have equal labels in Prometheus: they are added up'])
  })

  it('are found when they turn up later', async () => {
    await using target = await scraped()
    const counter = target.meter.createCounter('c')
    counter.add(1, { k: 1 })
    assert.equal((await target.parsed()).sample('c_total').value, 1)
    counter.add(1, { k: '1' })
    assert.equal((await target.parsed()).sample('c_total').value, 2)
  })
})

describe('labels that are spoken for', () => {
  it('move out of the way', async () => {
    await using target = await scraped()
    const histogram = target.meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1] } })
    histogram.record(1, { le: 'mine', 'otel.scope.name': 'mine too' })
    const { labels } = (await target.parsed()).sample('h_bucket', { le: '1' })
    assert.equal(labels.get('exported_le'), 'mine')
    assert.equal(labels.get('exported_otel_scope_name'), 'mine too')
    assert.equal(labels.get('otel_scope_name'), 'scope')
  })
})

describe('metrics whose series have one name', () => {
  it('are not both served: the first one is, the other is reported', async () => {
    await using target = await scraped()
    const { meter } = target
    meter.createHistogram('h').record(1)
    meter.createGauge('h.count').record(7)
    meter.createGauge('x.total').record(7)
    meter.createCounter('x').add(1)
    const { families } = await target.parsed()
    assert.deepEqual([families.has('h_count'), families.get('h')?.type], [false, 'histogram'])
    assert.deepEqual(families.get('x_total')?.type, 'gauge')
  })
})
