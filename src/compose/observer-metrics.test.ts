import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { catalog } from '../catalog/catalog.ts'
import {
  actionDuration,
  checkpointSaveDuration,
  eventProcessingDuration,
} from '../catalog/observers/metrics.ts'
import { observersFileSchema } from '../flow/observers/definition.ts'
import { SetupError } from '../model/errors.ts'
import { catalogFor, checkObserverMetrics, type MeasuringPipeline } from './observer-metrics.ts'

const interval = {
  key: 'meter_provider.readers[0].periodic.interval',
  value: 60_000,
  origin: 'OTEL_METRIC_EXPORT_INTERVAL',
}

/** A file of observers that says this about its metrics. */
function configOf(metrics: object) {
  const observers = [
    // biome-ignore lint/suspicious/noThenProperty: that is what it is called in the file.
    { name: 'one', when: {}, then: [{ log: { message: 'seen' } }] },
  ]
  const place = (keys: readonly (string | number)[]) => `f.yaml:5: ${keys.join('.')}`
  return { path: 'f.yaml', file: observersFileSchema.parse({ observers, metrics }), folder: '.', place }
}

/** @returns the warnings. */
function check(metrics: object, config: MeasuringPipeline['config'] = [interval]): readonly string[] {
  const warnings: string[] = []
  const pipeline = { tidegauge: { sample_rate: 1 }, config }
  checkObserverMetrics(configOf(metrics), pipeline, { warn: (message) => warnings.push(message) })
  return warnings
}

describe('the metrics of an observers file', () => {
  it('have the buckets of the file in the timing histograms, and in no other', () => {
    const config = configOf({ histogram_buckets: [0.5, 2] })
    const { histogram_buckets: buckets } = config.file.metrics
    const changed = catalogFor(config).filter((metric) => metric.buckets === buckets)
    const timed = [actionDuration, checkpointSaveDuration, eventProcessingDuration]
    assert.deepEqual(changed.map(({ name }) => name).sort(), timed.map(({ name }) => name).sort())
    assert.equal(catalogFor(configOf({})), catalog)
    assert.equal(catalogFor(undefined), catalog)
  })

  for (const metrics of [{}, { sample_rate: 1 }, { export_interval: '60s' }, { export_interval: '1m' }])
    it(`start with ${JSON.stringify(metrics)}`, () => assert.deepEqual(check(metrics), []))

  const refused = [
    [
      { sample_rate: 0.5 },
      'f.yaml:5: metrics.sample_rate: is 0.5, and the pipeline has 1 (default); name one value, or leave it to the pipeline',
    ],
    [
      { export_interval: '10s' },
      'f.yaml:5: metrics.export_interval: is 10000 ms, and the pipeline has 60000 ms (OTEL_METRIC_EXPORT_INTERVAL); name one value, or leave it to the pipeline',
    ],
  ] as const
  for (const [metrics, message] of refused)
    it(`stop the start with ${JSON.stringify(metrics)}`, () => {
      assert.throws(
        () => check(metrics),
        (error) => error instanceof SetupError && error.message === message,
      )
    })

  it('say that an interval has no effect where nothing is pushed', () => {
    const [warning, ...more] = check({ export_interval: '10s' }, [])
    assert.match(warning ?? '', /has no effect: the metrics are scraped, not pushed/)
    assert.deepEqual(more, [])
  })
})
