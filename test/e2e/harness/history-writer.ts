import { writeSync } from 'node:fs'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { History } from '../../../otel/history/history.ts'
import { HistoryReader } from '../../../otel/history/reader.ts'

/** The time from row to row: a few hundred of them reach every age at which rows are thinned out. */
const rowMs = 30 * 60_000

/** Writes a row each half an hour, as fast as it can, and says each time how far it is: `<file> <ms since 1970>`. */
const [file = '', begin = '0'] = process.argv.slice(2)
let nowMs = Number(begin)
const history = new History({
  file,
  node: 'one',
  ringIntervalMs: rowMs,
  snapshotIntervalMs: rowMs,
  // However fast it writes, nothing of it is old enough to be deleted.
  retentionMs: 1e11,
  clock: () => nowMs,
})
const reader = new HistoryReader({ history, intervalMs: 2 ** 30 })
const meter = new MeterProvider({ readers: [reader] }).getMeter('test')
const rows = meter.createCounter('rows')
const histograms = Array.from({ length: 20 }, (_, i) => meter.createHistogram(`time.${i}`))
for (let row = 0; ; row++) {
  nowMs += rowMs
  rows.add(1)
  for (const histogram of histograms) histogram.record(Math.random())
  history.take((await reader.collect()).resourceMetrics)
  writeSync(1, `${nowMs}\n`)
  // Much of the time goes into this, so that it is killed in the midst of it, too.
  if (row % 12 === 3) await history.tidy()
}
