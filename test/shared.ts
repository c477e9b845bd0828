import assert from 'node:assert/strict'
import { subscribe } from 'node:diagnostics_channel'
import { join } from 'node:path'
import { it } from 'node:test'
import { parseArgs } from 'node:util'
import { createRandom } from '../src/demo/random.ts'
import { findTests } from './groups.ts'
import { changedIn, processState, resourcesInUse } from './process-state.ts'

// Loads all tests that share a process, in the order of their names or in the one of `--order=SEED`; with `--part=1/2`
// every second file. Node's own --test-isolation=none would do, but passes over a file that throws after its first test.

const { order, part } = parseArgs({
  options: { order: { type: 'string' }, part: { type: 'string', default: '1/1' } },
}).values
const [index = 1, parts = 1] = part.split('/').map(Number)

const started: unknown[] = []
subscribe('child_process', () => started.push(new Error('a program was started').stack))
const { exit } = process
process.exit = () => {
  throw new Error('the process is shared: a test that ends it would take all others with it')
}

// A test waits for those that were declared before it: none begins until all of them are there.
const { promise: loaded, resolve: start } = Promise.withResolvers<void>()
it('every test file loads', async () => {
  await loaded
  assert.ok(files.length > 0, `there is no part ${part}`)
})
const found = processState()
const used = resourcesInUse()
const files = inOrder(findTests().shared).filter((_, at) => at % parts === index - 1)
for (const file of files) {
  try {
    await import(join(import.meta.dirname, '..', file))
  } catch (error) {
    it(`${file} loads`, () => Promise.reject(error))
  }
}
start()

it('no test starts a program', () => assert.deepEqual(started, []))

it('every test leaves the process as it found it', async () => {
  // What was closed is gone a few turns of the event loop later.
  const deadline = Date.now() + 5000
  while (resourcesInUse().length > used.length && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 10))
  const inUse = resourcesInUse()
  // Nothing else would end the process then.
  if (inUse.length > used.length) setTimeout(exit, 1000, 1).unref()
  assert.deepEqual({ changed: changedIn(found, processState()), inUse }, { changed: [], inUse: used })
})

function inOrder(files: readonly string[]): readonly string[] {
  if (order === undefined) return files
  const random = createRandom(order)
  return files
    .map((file) => ({ file, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ file }) => file)
}
