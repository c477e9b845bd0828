import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { encodeRuns } from '../../otel/history/block.ts'
import { ByteWriter } from '../../otel/history/bytes.ts'
import { writeColumn } from '../../otel/history/column.ts'
import type { Row } from '../../otel/history/row.ts'
import { histogramColumns } from '../../otel/history/row.ts'
import { runsOf, type SeriesRuns } from '../../otel/history/runs.ts'
import { programs } from '../../test/e2e/setup/programs.ts'
import { gorillaBits } from './gorilla.ts'
import { simulated } from './samples.ts'

const minute = 60_000

/** Prints what the same two hours of rows take, in several forms and in Prometheus' blocks. */
export async function measureForms(series: number): Promise<void> {
  const begin = Date.UTC(2026, 0, 5, 8)
  const { row } = simulated(series)
  const rows = Array.from({ length: 120 }, (_, i) => row(begin + i * minute))
  const hours = [rows.slice(0, 60), rows.slice(60)].map((part) => [...runsOf(part).values()])
  const samples = rows.length * samplesOf(rows[0] as Row)
  const all = (form: (metric: readonly SeriesRuns[]) => number) =>
    hours.flat().reduce((sum, metric) => sum + form(metric), 0)
  const forms: readonly (readonly [name: string, bytes: number])[] = [
    ['doubles', all((metric) => raw(metric).length)],
    ['doubles, zstd', all((metric) => zstdCompressSync(raw(metric)).length)],
    ['delta of delta and XOR by bits', all((metric) => gorilla(metric).length)],
    ['the same, zstd', all((metric) => zstdCompressSync(gorilla(metric)).length)],
    ['columns, not compressed', all((metric) => columns(metric).length)],
    ['columns, zstd', all((metric) => zstdCompressSync(columns(metric)).length)],
    ['columns, deflate: what is kept, with the heads of blocks', all((metric) => encodeRuns(metric).length)],
    ["Prometheus' TSDB, chunks", await tsdbBytes(rows)],
  ]
  console.log(`| two hours of ${series} series, ${samples.toLocaleString('en')} samples | bytes per sample |`)
  console.log('| --- | ---: |')
  for (const [name, bytes] of forms) console.log(`| ${name} | ${(bytes / samples).toFixed(2)} |`)
}

/** Samples as Prometheus counts them: a value, or buckets, sum and count; minima and maxima come on top of that. */
export function samplesOf({ shape: { parts } }: Row): number {
  return parts.reduce(
    (sum, { layout }) => sum + (layout.type === 'explicit' ? layout.bounds.length + 3 : 1),
    0,
  )
}

function raw(metric: readonly SeriesRuns[]): Uint8Array {
  const parts = columnsOf(metric).map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  )
  return Buffer.concat(parts)
}

function gorilla(metric: readonly SeriesRuns[]): Uint8Array {
  return Buffer.concat(columnsOf(metric).map(gorillaBits))
}

function columns(metric: readonly SeriesRuns[]): Uint8Array {
  const writer = new ByteWriter()
  for (const column of columnsOf(metric)) writeColumn(writer, column)
  return writer.done()
}

function columnsOf(metric: readonly SeriesRuns[]): Float64Array[] {
  return metric.flatMap(({ runs }) => runs.flatMap((run) => run.columns))
}

/** The chunks that promtool makes of the same samples; the index, which Prometheus has once for each block, is left out. */
async function tsdbBytes(rows: readonly Row[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tsdb-'))
  try {
    const text = join(folder, 'samples.txt')
    writeFileSync(text, openMetrics(rows))
    const data = join(folder, 'data')
    const { promtool } = await programs()
    execFileSync(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', text, data], { stdio: 'ignore' })
    const files = readdirSync(data, { recursive: true, encoding: 'utf8' })
    const chunks = files.filter((file) => /chunks\/\d+$/.test(file))
    return chunks.reduce((sum, file) => sum + statSync(join(data, file)).size, 0)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function openMetrics(rows: readonly Row[]): string {
  const [first] = rows as [Row]
  const families = Map.groupBy(first.shape.parts, ({ series }) => series.metric)
  const lines: string[] = []
  for (const [{ name, kind }, parts] of families) {
    const family = name.replaceAll('.', '_')
    const type = kind === 'upDownCounter' ? 'gauge' : kind
    lines.push(`# TYPE ${family} ${type}`)
    for (const { layout, at, series } of parts) {
      const labels = `kind="${series.attributes.kind}"`
      const write = (suffix: string, more: string, value: (row: Row) => number) => {
        for (const row of rows)
          lines.push(`${family}${suffix}{${labels}${more}} ${value(row)} ${row.at / 1000}`)
      }
      if (layout.type !== 'explicit')
        write(kind === 'counter' ? '_total' : '', '', ({ values }) => values[at] as number)
      else {
        const { buckets, count, sum } = histogramColumns
        for (const [i, bound] of [...layout.bounds, '+Inf'].entries()) {
          const upTo = ({ values }: Row) =>
            values.subarray(at + buckets, at + buckets + i + 1).reduce((one, other) => one + other, 0)
          write('_bucket', `,le="${bound}"`, upTo)
        }
        write('_count', '', ({ values }) => values[at + count] as number)
        write('_sum', '', ({ values }) => values[at + sum] as number)
      }
    }
  }
  return `${lines.join('\n')}\n# EOF\n`
}
