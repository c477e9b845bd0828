import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { observersFile } from './harness/observing.ts'
import { startQuietNetwork, writePosts } from './harness/quiet-network.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { until } from './harness/until.ts'

const posts = 30
/** Which of them has an action that ends the process. */
const deadly = 10

/** Notes each call before it does anything. */
const module = `import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

export default async function act({ event, attempts, signal }, { notes }) {
  appendFileSync(notes, JSON.stringify({ rkey: event.rkey, attempts }) + '\\n')
  if (event.rkey === 'p${deadly}') process.exit(7)
  await setTimeout(100, undefined, { signal })
}
`

const observers = (notes: string) => `observers:
  - name: posts
    when: { collection: app.bsky.feed.post, operation: create }
    then:
      - custom: { module: ./act.mjs, options: { notes: "${notes}" } }
concurrency: 4
`

describe('an action that ends the process each time that it runs', () => {
  it('is a dead letter after three deaths, and all others are done', async () => {
    await using network = await startQuietNetwork()
    await using stack = new AsyncDisposableStack()
    const file = observersFile(stack, 'observers: []')
    const notes = join(dirname(file), 'notes.jsonl')
    writeFileSync(join(dirname(file), 'act.mjs'), module)
    writeFileSync(notes, '')
    writeFileSync(file, observers(notes))
    const pds = { url: network.relay.origin, plc: network.plc.origin }
    await using service = await startTidegauge({ pds, args: ['--observers', file] })
    const did = network.accounts()[0]?.did
    await writePosts(network, posts)

    let deaths = 0
    while (await diesBeforeAllIsDone(service, notes)) {
      deaths++
      // Where it dies before it can be asked, it has died all the same.
      await service.start().catch(() => {})
    }

    const calls = Map.groupBy(callsIn(notes), ({ rkey }) => rkey)
    assert.deepEqual(
      calls.get(`p${deadly}`)?.map(({ attempts }) => attempts),
      [0, 1, 2],
    )
    assert.equal(deaths, 3)
    assert.equal(calls.size, posts)
    const { stdout } = await service.command('dead-letters', '--kind', 'job', '--json')
    const { deadLetters } = JSON.parse(stdout) as { deadLetters: readonly DeadLetter[] }
    assert.deepEqual(
      deadLetters.map(({ uri, attempts }) => ({ uri, attempts })),
      [{ uri: `at://${did}/app.bsky.feed.post/p${deadly}`, attempts: 3 }],
    )
    assert.match(String(deadLetters[0]?.error), /^the process died 3 times while it ran/)
    const scrape = await service.scrape()
    assert.deepEqual(
      ['queue_deadletter_total', 'queue_depth', 'action_failure_total'].map((name) => sumOf(scrape, name)),
      [1, 0, 0],
    )
    assert.equal(await service.stop(), 0)
  })
})

interface DeadLetter {
  readonly uri: string
  readonly attempts: number
  readonly error: string
}

function callsIn(notes: string): readonly { readonly rkey: string; readonly attempts: number }[] {
  const lines = readFileSync(notes, 'utf8').split('\n')
  return lines.filter(Boolean).map((line) => JSON.parse(line))
}

/** Waits for one or the other. */
async function diesBeforeAllIsDone(service: Tidegauge, notes: string): Promise<boolean> {
  const isDone = () =>
    new Set(callsIn(notes).map(({ rkey }) => rkey)).size === posts && liveJobs(service) === 0
  await until('it has died, or all is done', async () => service.ended || isDone(), { everyMs: 50 })
  return service.ended
}

/** Actions that wait or run, as they are on the disk. */
function liveJobs({ database }: Tidegauge): number {
  using sqlite = new DatabaseSync(database, { readOnly: true })
  return Number(sqlite.prepare("SELECT live FROM queue WHERE name = 'actions'").get()?.live ?? 0)
}
