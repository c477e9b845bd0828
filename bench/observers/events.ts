// Events through observers, from the stream until their actions are done, which do nothing. Prints the row as JSON.
// usage: node bench/observers/events.ts EVENTS three-conditions|thousand|every-event on|off
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPipeline } from '@tidegauge/otel'
import { catalog } from '../../src/catalog/catalog.ts'
import { executeAction } from '../../src/flow/actions/execute.ts'
import { instrumentAction } from '../../src/flow/actions/instrumented.ts'
import { observersFileSchema } from '../../src/flow/observers/definition.ts'
import { listenerMetrics, observeListener } from '../../src/flow/observers/instrumented.ts'
import { Observers } from '../../src/flow/observers/observers.ts'
import { actionsQueue } from '../../src/model/action.ts'
import { encodeEvent } from '../../src/model/event-bytes.ts'
import { instrumentCheckpoint } from '../../src/state/checkpoint/instrumented.ts'
import { SqliteCheckpoint } from '../../src/state/checkpoint/sqlite.ts'
import { Database } from '../../src/state/database.ts'
import { countChecks } from '../../src/state/dedup/instrumented.ts'
import { SqliteDedup } from '../../src/state/dedup/sqlite.ts'
import { countEnqueued, instrumentQueue, observeQueue } from '../../src/state/queue/instrumented.ts'
import { SqliteQueue } from '../../src/state/queue/sqlite.ts'
import { SqliteStreams } from '../../src/state/streams/sqlite.ts'
import { observed } from '../../src/state/streams/streams.ts'
import { makeEvents } from '../storage/events.ts'

const [events = '', scenario, measured] = process.argv.slice(2)
const made = await makeEvents(Number(events), 2000)
const dids = [...new Set(made.map(({ did }) => did))]

/** Three conditions on a post, one of them a pattern. */
const threeConditions = {
  name: 'replies',
  when: {
    collection: 'app.bsky.feed.post',
    record: {
      all: [
        { field: 'langs', equals: 'en' },
        { field: 'reply.parent.uri', exists: true },
        { field: 'text', matches: 'a[a-m]*e' },
      ],
    },
  },
}
/** One repo each, in a collection that has events or in one that has none. */
const oneOfMany = (at: number) => ({
  name: `watch-${at}`,
  when: {
    collection: at % 2 === 0 ? 'app.bsky.feed.post' : `org.example.c${at % 100}.record`,
    did: dids[at % dids.length],
    record: threeConditions.when.record,
  },
})
const everyEvent = { name: 'all', when: {} }
const watching =
  scenario === 'three-conditions'
    ? [threeConditions]
    : scenario === 'thousand'
      ? Array.from({ length: 1000 }, (_, at) => oneOfMany(at))
      : [everyEvent]
const file = observersFileSchema.parse({
  // biome-ignore lint/suspicious/noThenProperty: an observer reads "when this, then that".
  observers: watching.map((one) => ({ ...one, then: [{ log: { message: 'seen' } }] })),
})

await using pipeline = await startPipeline({
  catalog,
  service: { name: 'bench', version: '0' },
  flags: { port: 0 },
  environment: measured === 'on' ? {} : { OTEL_SDK_DISABLED: 'true' },
})
const meter = pipeline.meter()
using folder = mkdtempDisposableSync(join(tmpdir(), 'bench-observers-'))
using database = new Database({ dir: folder.path })
const streams = new SqliteStreams({ database })
const jobs = new SqliteQueue({ database })
const keys = new SqliteDedup({ database })
const [onEnqueued, onChecked] = [countEnqueued(meter), countChecks(meter)]
const queue = instrumentQueue(jobs, meter, actionsQueue, onEnqueued)
observeQueue(meter, queue, actionsQueue)
const checkpoint = instrumentCheckpoint(new SqliteCheckpoint({ database, queue: jobs, dedup: keys }), meter, {
  onEnqueued: (_, added) => onEnqueued(added),
  onChecked,
})
await streams.append(observed, made.map(encodeEvent))

let done = 0
const run = async () => {
  done++
  return { success: true } as const
}
const running = new Observers({
  file,
  prepared: file.observers.map(({ name }) => ({
    name,
    actions: [{ kind: 'log', timeoutMs: 10_000, retries: 0, run }],
  })),
  streams,
  checkpoint,
  queue,
  execute: instrumentAction(executeAction, meter),
  record: async () => undefined,
  isHidden: async () => false,
  onError: (error) => {
    throw error
  },
  ...listenerMetrics(meter),
})
observeListener(meter, running)

const stop = new AbortController()
const spent = process.cpuUsage()
const began = performance.now()
const ended = running.run(stop.signal)
while ((await streams.pending(observed, 'observers')) > 0 || !(await isIdle())) await sleep(2)
const seconds = (performance.now() - began) / 1000
const { user, system } = process.cpuUsage(spent)
stop.abort()
await ended
console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, done }))
process.exit()

async function isIdle(): Promise<boolean> {
  const { waiting, running } = await jobs.totals(actionsQueue)
  return waiting + running === 0
}
