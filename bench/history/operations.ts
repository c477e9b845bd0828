// A million operations, each with a little work that is measured: prints the CPU time they take, in ms.
// usage: node bench/history/operations.ts on|off OPERATIONS
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { bind, startPipeline } from '@tidegauge/otel'
import { catalog } from '../../src/catalog/catalog.ts'

const [setup, operations = '1000000'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'operations-'))
const done = { name: 'bench.done', instrument: 'counter', unit: '{operation}', description: 'Done.' } as const
const took = { name: 'bench.took', instrument: 'histogram', unit: 's', description: 'Time.' } as const
const pipeline = await startPipeline({
  catalog: [...catalog, done, took],
  service: { name: 'bench', version: '1' },
  environment: { OTEL_EXPORTER_PROMETHEUS_PORT: '0' },
  history: { enabled: setup === 'on', file: join(folder, 'history.db') },
})
// Every metric that has closed values is there from the beginning, with all of its series.
for (const definition of catalog)
  if (definition.instrument === 'counter' || definition.instrument === 'histogram')
    bind(pipeline.meter(), definition)
const counter = bind(pipeline.meter(), done)
const histogram = bind(pipeline.meter(), took)
const text = 'x'.repeat(2000)
const before = process.cpuUsage()
for (let i = 0; i < Number(operations); i++) {
  const digest = createHash('sha256').update(text).update(String(i)).digest()
  counter.add(1)
  histogram.record((digest[0] as number) / 1000)
  if (i % 1000 === 0) await setImmediate()
}
const { user, system } = process.cpuUsage(before)
console.log(((user + system) / 1000).toFixed(1))
await pipeline.shutdown()
rmSync(folder, { recursive: true })
