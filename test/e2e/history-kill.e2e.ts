import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { after, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { History } from '../../otel/history/history.ts'
import { createRandom } from './harness/random.ts'

const folder = mkdtempSync(join(tmpdir(), 'history-kill-'))
after(() => rmSync(folder, { recursive: true }))
/** As the writer has it. */
const rowMs = 30 * 60_000
const writer = fileURLToPath(new URL('./harness/history-writer.ts', import.meta.url))

it('a process that is killed while it writes, fifty times, leaves a history that lacks the last row at most', async () => {
  const random = createRandom()
  const file = join(folder, 'history.db')
  const begin = Date.UTC(2026, 0, 1)
  let nowMs = begin
  let written = 0
  for (let kill = 0; kill < 50; kill++) {
    const { lines, last } = await killedAfter(random.below(400), file, nowMs)
    written += lines
    // A clock does not come by the same time twice: there may be a row already that was not said.
    nowMs = last + rowMs
    using history = new History({
      file,
      node: 'one',
      readOnly: true,
      snapshotIntervalMs: rowMs,
      clock: () => last,
    })
    const what = `seed ${random.seed}, kill ${kill}`
    const asked = { name: 'rows', where: {} }
    // What was said to be written is there; the one after that may be, too.
    const { series } = history.query({ ...asked, until: last })
    assert.deepEqual(series[0]?.points, [[last, lines]], what)
    const grown = history.query({ ...asked, fn: 'increase', since: begin + rowMs - 1, until: last })
    // Nobody has seen what the first row of all has counted.
    const value = grown.series[0]?.points[0]?.[1] ?? 0
    // Each process that was killed may have written one that it did not come to say.
    const unsaid = value - (written - 1)
    const slack = 1e-3 * written + 1
    assert.ok(unsaid > -slack && unsaid < kill + 1 + slack, `${what}: ${value} of ${written}`)
  }
  using sqlite = new DatabaseSync(file, { readOnly: true })
  const thinned = sqlite.prepare('SELECT count(*) AS blocks FROM blocks WHERE level > 0').get()
  assert.ok(Number(thinned?.blocks) > 0, `nothing of ${written} rows was thinned out`)
})

/** @returns how many rows were said to be written, and the time of the last one. */
async function killedAfter(
  ms: number,
  file: string,
  begin: number,
): Promise<{ lines: number; last: number }> {
  const child = spawn(process.execPath, [writer, file, String(begin)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let lines = 0
  let last = begin
  const output = createInterface(child.stdout)
  const { promise: third, resolve } = Promise.withResolvers<void>()
  output.on('line', (line) => {
    lines++
    last = Number(line)
    // From here on the next process begins lower, so that it is seen to begin anew.
    if (lines === 3) resolve()
  })
  const closed = once(output, 'close')
  await third
  setTimeout(() => child.kill('SIGKILL'), ms)
  const [, signal] = await once(child, 'exit')
  assert.equal(signal, 'SIGKILL')
  await closed
  return { lines, last }
}
