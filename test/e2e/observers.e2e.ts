import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DemoNetwork, startDemoNetwork } from '../../src/demo/network.ts'
import { hookSecret, observersFile } from './harness/observing.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually, until } from './harness/until.ts'
import { type Answer, startReceiver, type WebhookReceiver } from './harness/webhook-receiver.ts'

const events = 10_000
/** How many deliveries were answered well when the service is killed. */
const kills = [1500, 3000, 4500]
const concurrency = 32
const retries = 3
/** Long enough that a busy machine alone never reaches it. */
const timeoutMs = 10_000
const lateMs = 300

describe(`webhooks for ${events} events, three kill -9 and a receiver in a bad way`, () => {
  it('loses none, doubles only what was under way in a crash, and counts what has happened', async () => {
    await using network = await startDemoNetwork({
      dir: ':memory:',
      accounts: 4,
      records: 1,
      eventsPerSecond: 0,
    })
    await using receiver = await startReceiver({ secret: hookSecret, choose, lateMs })
    await using stack = new AsyncDisposableStack()
    const file = observersFile(stack, observers(receiver))
    const pds = { url: network.relay.origin, plc: network.plc.origin }
    const args = ['--observers', file]
    await using service = await startTidegauge({ pds, args })

    const written = await write(network)
    /** How many deliveries there were when the service was killed. */
    const killedAt: number[] = []
    for (const kill of kills) {
      await until(`${kill} deliveries were answered`, async () => receiver.count(['ok', 'late']) >= kill, {
        everyMs: 20,
      })
      await service.kill()
      killedAt.push(receiver.deliveries.length)
      if (kill === kills[0]) {
        // Nobody listens when it starts again.
        await receiver.close()
        await service.start()
        await until('it has noticed', async () => queueOf(service).failing > 0)
        await receiver.open()
      } else if (kill !== kills.at(-1)) await service.start()
    }
    // What was under way in the crash is answered to nobody.
    await sleep(lateMs * 2)
    // From here on everything is counted by one process, so that its numbers can be held against the truth.
    const before = queueOf(service)
    const from = receiver.deliveries.length
    await service.start()

    const scrape = await eventually(
      async () => {
        const text = await service.scrape()
        assert.equal(queueOf(service).live, 0)
        assert.equal(sumOf(text, 'indexer_pending_messages'), 0)
        assert.equal(seen(receiver), events)
        return text
      },
      { withinMs: 240_000 },
    )
    const after = queueOf(service)
    const dead = await deadUris(service)
    const delivered = new Map<string, { readonly id: string; at: number }>()
    const doubled: string[] = []
    for (const [at, { id, uri, outcome }] of receiver.deliveries.entries()) {
      if (outcome !== 'ok' && outcome !== 'late') continue
      const first = delivered.get(uri)
      if (first === undefined) {
        delivered.set(uri, { id, at })
        continue
      }
      assert.equal(id, first.id, `${uri} came with several keys`)
      // What is under way in a kill may still be answered a moment later.
      const isCutShort = killedAt.some((kill) => first.at < kill + concurrency && kill <= at)
      assert.ok(isCutShort, `${uri} came twice, and nothing was killed meanwhile`)
      doubled.push(uri)
      first.at = at
    }

    assert.deepEqual(receiver.forged, [])
    const lost = written.filter((uri) => !delivered.has(uri) && !dead.includes(uri))
    assert.deepEqual(lost, [])
    assert.ok(doubled.length <= kills.length * concurrency, `${doubled.length} were doubled`)
    assert.ok(dead.length > 0, 'nothing was given up')

    const ok = receiver.count(['ok', 'late'], from)
    const timeouts = receiver.count(['gone', 'never'], from)
    const failures = receiver.count(['error', 'busy', 'drop'], from) + timeouts
    const died = after.dead - before.dead
    const counted = (name: string, labels = {}) => sumOf(scrape, name, labels)
    const webhook = { action: 'webhook' }
    assert.deepEqual(
      {
        executed: counted('actions_executed_total', webhook),
        success: counted('action_success_total', webhook),
        failure: counted('action_failure_total', webhook),
        timeout: counted('action_timeout_total', webhook),
        processed: counted('queue_jobs_processed_total'),
        retried: counted('queue_retry_total'),
        dead: counted('queue_deadletter_total'),
        enqueued: counted('queue_jobs_enqueued_total'),
        depth: counted('queue_depth'),
      },
      {
        executed: ok + failures,
        success: ok,
        failure: failures,
        timeout: timeouts,
        processed: ok,
        retried: failures - died,
        dead: died,
        enqueued: ok + died - before.live,
        depth: after.live,
      },
    )
    assert.equal(after.dead, dead.length)
    console.log(
      `${events} events: ${receiver.deliveries.length} deliveries, ${doubled.length} doubled, ${dead.length} given up; ` +
        `in the last process ${ok} successes, ${failures} failures, ${timeouts} of them timeouts`,
    )
    assert.equal(await service.stop(), 0)
  })
})

/** Chosen by the key alone, so that each run is the same. */
function choose(id: string, attempt: number): Answer {
  const chance = createHash('sha256').update(`${id} ${attempt}`).digest().readUInt16BE(0) / 65_536
  if (createHash('sha256').update(id).digest().readUInt16BE(0) / 65_536 < 0.003) return 'error'
  if (chance < 0.02) return 'error'
  if (chance < 0.03) return 'drop'
  if (chance < 0.033) return 'busy'
  if (chance < 0.06) return 'late'
  if (chance < 0.063) return 'never'
  return 'ok'
}

function observers({ url }: WebhookReceiver): string {
  return `observers:
  - name: posts
    when:
      collection: app.bsky.feed.*
      operation: create
      record: { field: text, matches: "^tide [0-9]+$" }
    then:
      - webhook: { url: "${url}", secret: ${hookSecret}, allow_private: true }
        timeout: ${timeoutMs}ms
        retries: ${retries}
concurrency: ${concurrency}
limits: { per_host: ${concurrency} }
`
}

/** Writes the posts that are observed, and others that are not. @returns the addresses of the former. */
async function write(network: DemoNetwork): Promise<readonly string[]> {
  const accounts = network.accounts()
  const written: string[] = []
  for (let at = 0; written.length < events; at++) {
    const { did } = accounts[at % accounts.length] as (typeof accounts)[number]
    const writes = Array.from({ length: 200 }, (_, n) => {
      const rkey = `p${at}x${n}`
      const isWanted = n % 2 === 0 && written.length < events
      if (isWanted) written.push(`at://${did}/app.bsky.feed.post/${rkey}`)
      const text = isWanted ? `tide ${n}` : 'ebb'
      const record = { $type: 'app.bsky.feed.post', text, createdAt: new Date().toISOString() }
      return { action: 'create', collection: 'app.bsky.feed.post', rkey, record } as const
    })
    await network.write(did, writes)
  }
  return written
}

/** How many records the receiver has been told of. */
function seen({ deliveries }: WebhookReceiver): number {
  return new Set(deliveries.map(({ uri }) => uri)).size
}

/** The queue as it is on the disk, whether the service runs or not. */
function queueOf({ database }: Tidegauge) {
  using sqlite = new DatabaseSync(database, { readOnly: true })
  const row = sqlite.prepare("SELECT id, live, dead FROM queue WHERE name = 'actions'").get()
  const { id = 0, live = 0, dead = 0 } = (row ?? {}) as { id?: number; live?: number; dead?: number }
  const failing = sqlite
    .prepare('SELECT count(*) AS n FROM queue_job WHERE queue = ? AND attempts > 0')
    .get(id)?.n
  return { live, dead, failing: Number(failing) }
}

async function deadUris(service: Tidegauge): Promise<readonly string[]> {
  const { stdout } = await service.command('dead-letters', '--kind', 'job', '--limit', '1000', '--json')
  return (JSON.parse(stdout) as { deadLetters: { uri: string }[] }).deadLetters.map(({ uri }) => uri)
}
