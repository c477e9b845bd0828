// What readers cost those who record, and what a series costs in memory beside the stock SDK and prom-client.
// usage: node bench/pipeline/run.ts [--rounds 20] [--batch 500000] [--series 20000]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    batch: { type: 'string', default: '500000' },
    series: { type: 'string', default: '20000' },
  },
})

const prometheus = '    - pull: { exporter: { prometheus/development: { port: 0 } } }\n'
// Nobody listens there: the readers collect and fail, as in an outage.
const otlp = (port: number, more = '') =>
  `    - periodic: { interval: 1000, exporter: { otlp_http: { endpoint: "http://127.0.0.1:${port}"${more} } } }\n`
const setups = [
  { name: '0 (none)', readers: '' },
  { name: '1 (Prometheus)', readers: prometheus },
  { name: '2 (and OTLP)', readers: prometheus + otlp(9) },
  {
    name: '3 (and OTLP, delta)',
    readers: prometheus + otlp(9) + otlp(19, ', temporality_preference: delta'),
  },
]

console.log('| readers | bound counter, ns | bound histogram, ns | histogram by attributes, ns |')
console.log('| --- | ---: | ---: | ---: |')
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
for (const { name, readers } of setups) console.log(`| ${name} | ${recordingWith(readers)} |`)
rmSync(folder, { recursive: true })

console.log(`\n| ${Number(flags.series).toLocaleString('en')} series | counter, bytes | histogram, bytes |`)
console.log('| --- | ---: | ---: |')
for (const library of ['ours', 'sdk', 'prom-client']) {
  const cells = ['counter', 'histogram'].map((kind) => memoryOf(library, kind))
  console.log(`| ${library === 'ours' ? 'this pipeline' : library} | ${cells.join(' | ')} |`)
}

function recordingWith(readers: string): string {
  const file = join(folder, 'config.yaml')
  writeFileSync(file, `file_format: "1.0"\n${readers && `meter_provider:\n  readers:\n${readers}`}`)
  return inProcess('recording.ts', file, flags.rounds, flags.batch)
}

/** Heap a series takes after it was collected once. */
function memoryOf(library: string, kind: string): string {
  return Number(inProcess('memory.ts', library, kind, flags.series)).toFixed(0)
}

/** Runs a script in a process of its own, so that none meets what another has left. */
function inProcess(script: string, ...args: string[]): string {
  const path = fileURLToPath(new URL(script, import.meta.url))
  return execFileSync(process.execPath, ['--expose-gc', path, ...args], { encoding: 'utf8' }).trim()
}
