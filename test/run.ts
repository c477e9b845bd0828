import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { findTests } from './groups.ts'

// `npm test`: the tests that share a process in one, each isolated file in another, as many at a time as there
// are cores. test/README.md says which test belongs where.

const root = join(import.meta.dirname, '..')

run({
  cwd: root,
  // The first one takes the longest.
  files: ['test/shared.ts', ...findTests().isolated],
  concurrency: availableParallelism(),
  timeout: 120_000,
  argv: process.argv.slice(2),
})
  .on('test:fail', () => {
    process.exitCode = 1
  })
  .compose(new spec())
  .pipe(process.stdout)
