import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { findTests } from './groups.ts'

// `npm test`: one process for the tests that share it, another for each isolated file, as many at a time as there
// are cores. test/README.md says which test belongs where.

const { order, 'test-name-pattern': testNamePatterns } = parseArgs({
  options: { order: { type: 'string' }, 'test-name-pattern': { type: 'string', multiple: true } },
}).values

// What one process has compiled the others take from here: most of them load the same modules.
const compiled = mkdtempSync(join(tmpdir(), 'tidegauge-compiled-'))
process.on('exit', () => rmSync(compiled, { recursive: true, force: true }))

run({
  cwd: join(import.meta.dirname, '..'),
  // The first one takes the longest.
  files: ['test/shared.ts', ...findTests().isolated],
  concurrency: availableParallelism(),
  timeout: 120_000,
  argv: order === undefined ? [] : [`--order=${order}`],
  ...(testNamePatterns && { testNamePatterns }),
  env: { NODE_COMPILE_CACHE: compiled, ...process.env },
})
  .on('test:fail', () => {
    process.exitCode = 1
  })
  .compose(new spec())
  .pipe(process.stdout)
