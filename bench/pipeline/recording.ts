// Prints what one recording costs under a configuration, in ns: bound counter, bound histogram, histogram by attributes.
// usage: node bench/pipeline/recording.ts FILE ROUNDS BATCH
import { bind, type MetricDefinition, startPipeline } from '@tidegauge/otel'
import { requestBuckets } from '@tidegauge/otel/catalog'
import { catalog } from '../../src/catalog/catalog.ts'

const [file, rounds, batch] = process.argv.slice(2)

const events = {
  name: 'bench.events',
  instrument: 'counter',
  unit: '{event}',
  description: 'Events.',
  attributes: { type: ['commit', 'sync'], op: ['create', 'update'] },
} as const satisfies MetricDefinition
const duration = {
  ...events,
  name: 'bench.duration',
  instrument: 'histogram',
  unit: 's',
  buckets: requestBuckets,
} as const satisfies MetricDefinition
const attributes = { type: 'commit', op: 'create' } as const

await using pipeline = await startPipeline({
  catalog: [...catalog, events, duration],
  service: { name: 'bench', version: '0' },
  environment: { OTEL_CONFIG_FILE: file },
})
const counter = bind(pipeline.meter(), events).bind(attributes)
const histogram = bind(pipeline.meter(), duration)
const handle = histogram.bind(attributes)
const measured = [
  await fastest(() => counter.add(1)),
  await fastest((i) => handle.record((i & 1023) / 100)),
  await fastest((i) => histogram.record((i & 1023) / 100, attributes)),
]
console.log(measured.map((nanoseconds) => nanoseconds.toFixed(nanoseconds < 10 ? 1 : 0)).join(' | '))
process.exit()

/** The fastest round, in ns a call; between rounds the readers may collect. */
async function fastest(call: (i: number) => void): Promise<number> {
  const loop = new Function('call', 'n', 'for (let i = 0; i < n; i++) call(i)') as (
    call: (i: number) => void,
    n: number,
  ) => void
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < Number(rounds); round++) {
    const start = process.hrtime.bigint()
    loop(call, Number(batch))
    best = Math.min(best, Number(process.hrtime.bigint() - start) / Number(batch))
    await new Promise(setImmediate)
  }
  return best
}
