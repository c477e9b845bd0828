import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Directory } from '../../otel/history/directory.ts'
import { History } from '../../otel/history/history.ts'
import { Journal } from '../../otel/history/journal.ts'
import { Store } from '../../otel/history/store.ts'
import { samplesOf } from './forms.ts'
import { simulated } from './samples.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Prints what so many days of rows, one a minute, take in the file, and how long questions about a day take. */
export async function measureMonth(series: number, days: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'month-'))
  const file = join(folder, 'history.db')
  const begin = Date.UTC(2026, 0, 5)
  const end = begin + days * day
  const { shape, row } = simulated(series)
  const directory = new Directory()
  // The simulated series are numbered as a directory numbers them.
  for (const { series: one } of shape.parts) directory.series(directory.metric(one.metric), one.attributes)
  const options = { file, node: 'bench', resolutionMs: minute, retentionMs: 30 * day }
  let longestMs = 0
  let writtenMs = 0
  let samples = 0
  {
    using store = new Store({ ...options, directory, journal: new Journal() })
    for (let at = begin; at < end; at += minute) {
      const taken = row(at)
      samples += samplesOf(taken)
      const before = performance.now()
      store.append(taken)
      const tookMs = performance.now() - before
      writtenMs += tookMs
      longestMs = Math.max(longestMs, tookMs)
      if (at % hour === 0) await store.tidy(at)
    }
  }
  const bytes = statSync(file).size
  const fileMb = (bytes / 1e6).toFixed(1)
  const rows = (days * day) / minute
  console.log(`\n| ${days} days of ${series} series by minute | |`)
  console.log('| --- | ---: |')
  console.log(`| samples that were written | ${samples.toLocaleString('en')} |`)
  console.log(`| the file, thinned out as it was written | ${fileMb} MB |`)
  console.log(`| bytes for each sample that was written | ${(bytes / samples).toFixed(3)} |`)
  console.log(`| a row, mean and longest | ${(writtenMs / rows).toFixed(2)} / ${longestMs.toFixed(0)} ms |`)
  using history = new History({ file, node: 'bench', readOnly: true, clock: () => end })
  for (const [what, fn] of [
    ['rate', 'rate'],
    ['quantile', 'quantile'],
    ['max', 'max'],
  ] as const)
    console.log(
      `| CPU of a question about a day by minute, ${what}: median, p99 | ${asked(history, { fn, end })} |`,
    )
  rmSync(folder, { recursive: true })
}

function asked(
  history: History,
  { fn, end }: { readonly fn: 'rate' | 'quantile' | 'max'; readonly end: number },
): string {
  const kinds = { rate: ['counter', 'histogram'], quantile: ['histogram'], max: ['gauge', 'upDownCounter'] }
  const metrics = history.metrics().filter(({ kind }) => kinds[fn].includes(kind))
  const times: number[] = []
  for (let i = 0; i < 200; i++) {
    const { name } = metrics[i % metrics.length] as (typeof metrics)[number]
    const until = end - (i % 10) * 60 * minute
    const before = process.cpuUsage()
    history.query({ name, fn, by: [], quantile: 0.95, since: until - day, until, step: minute })
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  times.sort((one, other) => one - other)
  return `${times[100]?.toFixed(1)} ms, ${times[197]?.toFixed(1)} ms`
}
