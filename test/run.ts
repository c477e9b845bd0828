import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { findTests } from './groups.ts'

// `npm test`: the tests that share a process, and each isolated file in one of its own, as many processes at a time
// as there are cores. test/README.md says which test belongs where.

const { order, 'test-name-pattern': testNamePatterns } = parseArgs({
  options: { order: { type: 'string' }, 'test-name-pattern': { type: 'string', multiple: true } },
}).values

const folder = mkdtempSync(join(tmpdir(), 'tidegauge-tests-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const cores = availableParallelism()
// Each part loads much the same modules: beyond some, it would do little else.
const parts = Math.min(cores, 8)

run({
  cwd: join(import.meta.dirname, '..'),
  files: [...Array.from({ length: parts }, (_, index) => partEntry(index + 1)), ...findTests().isolated],
  concurrency: cores,
  timeout: 120_000,
  ...(testNamePatterns && { testNamePatterns }),
  // What one process has compiled, the others take from there.
  env: { NODE_COMPILE_CACHE: join(folder, 'compiled'), ...process.env },
})
  .on('test:fail', () => {
    process.exitCode = 1
  })
  .compose(new spec())
  .pipe(process.stdout)

/** Writes a file that runs one part of the shared tests: the runner starts files, all with the same arguments. */
function partEntry(part: number): string {
  const flags = [`--part=${part}/${parts}`, ...(order === undefined ? [] : [`--order=${order}`])]
  const shared = new URL('shared.ts', import.meta.url)
  const file = join(folder, `shared-${part}-of-${parts}.mjs`)
  writeFileSync(file, `process.argv.push(...${JSON.stringify(flags)})\nawait import('${shared}')\n`)
  return file
}
