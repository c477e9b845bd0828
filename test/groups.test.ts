import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { findFiles, findTests } from './groups.ts'

describe('the test files', () => {
  const { shared, isolated } = findTests()
  const run = new Set([...shared, ...isolated])

  it('are found, each in one of the groups', () => {
    assert.ok(shared.length > 100 && isolated.length > 10, `${shared.length} and ${isolated.length} files`)
    assert.equal(run.size, shared.length + isolated.length)
  })

  it('are all that is named like a test or declares one', () => {
    const isLikeTest = (file: string) =>
      /\.(test|spec)\.\w+$/.test(file) || (file.endsWith('.ts') && /from 'node:test'/.test(text(file)))
    // Called by test files, run by `npm run e2e`, by `npm run fuzz` or what that is made of, and sources that are input of tests.
    const others = /\.(conformance|fixture|e2e|fuzz)\.ts$|^test\/(audit\/foreign|e2e\/harness)\//
    assert.deepEqual(
      findFiles('**/*.{ts,mts,cts,js,mjs,cjs}').filter(
        (file) => !run.has(file) && isLikeTest(file) && !others.test(file),
      ),
      ['test/run.ts', 'test/shared.ts'],
    )
  })

  it('have no hooks for the tests of all others', () => {
    const isHook = /^(before|after|beforeEach|afterEach)\(/m
    assert.deepEqual(
      shared.filter((file) => isHook.test(text(file))),
      [],
    )
  })

  it('start processes and threads only where they are isolated', () => {
    assert.deepEqual(
      shared.filter((file) => /from 'node:(child_process|cluster|worker_threads)'/.test(text(file))),
      [],
    )
  })
})

function text(file: string): string {
  return readFileSync(join(import.meta.dirname, '..', file), 'utf8')
}
