// What measuring takes: the dearest counter, gauge and histogram of the observers, and all that is measured of one event.
// Prints rows of a table. usage: node bench/observers/costs.ts [ROUNDS] [BATCH]
import { bind, startPipeline } from '@tidegauge/otel'
import { catalog } from '../../src/catalog/catalog.ts'
import * as metrics from '../../src/catalog/observers/metrics.ts'
import { instrumentAction } from '../../src/flow/actions/instrumented.ts'
import { listenerMetrics } from '../../src/flow/observers/instrumented.ts'
import { actionsQueue } from '../../src/model/action.ts'
import type { Checkpoint, Step } from '../../src/state/checkpoint/checkpoint.ts'
import { instrumentCheckpoint } from '../../src/state/checkpoint/instrumented.ts'
import { Database } from '../../src/state/database.ts'
import { countChecks } from '../../src/state/dedup/instrumented.ts'
import { countEnqueued, instrumentQueue } from '../../src/state/queue/instrumented.ts'
import type { Job, Queue } from '../../src/state/queue/queue.ts'
import { SqliteQueue } from '../../src/state/queue/sqlite.ts'

const [rounds = 400, batch = 1000] = process.argv.slice(2).map(Number)
await using pipeline = await startPipeline({
  catalog,
  service: { name: 'bench', version: '0' },
  flags: { port: 0 },
  environment: {},
})
const meter = pipeline.meter()
const action = { kind: 'webhook' } as const

const failure = bind(meter, metrics.actionFailure)
row('counter by attributes', await fastest(async () => failure.add(1, { action: 'webhook' })), '1 µs')
const duration = bind(meter, metrics.actionDuration)
row(
  'histogram by attributes',
  await fastest(async () => duration.record(0.02, { action: 'webhook' })),
  '100 µs',
)

using database = new Database()
const full = new SqliteQueue({ database })
await full.add(
  actionsQueue,
  Array.from({ length: 100_000 }, (_, i) => ({ key: `job-${i}`, dueMs: i })),
)
await full.take(actionsQueue, 1000)
row(
  'gauge, of a queue of 100,000 jobs',
  await fastest(async () => void (await full.totals(actionsQueue))),
  '10 µs',
)

const job: Job = {
  id: 1,
  queue: actionsQueue,
  key: 'k',
  priority: 0,
  group: 'g',
  payload: '',
  attempts: 0,
  deaths: 0,
  lease: 'l',
}
const once = { scope: 's', key: 'k', windowMs: 1000 }
const step: Step = {
  listener: 'observers',
  position: 1,
  jobs: [{ queue: actionsQueue, job: { key: 'k' }, once }],
}
// They do nothing, so that what is left is what measuring takes.
const bare = {
  checkpoint: { save: async () => ({ outcomes: ['added'] }) } as unknown as Checkpoint,
  queue: { complete: async () => true } as unknown as Queue,
  execute: async (_: typeof action) => ({ success: true }) as const,
  onProcessed: (_outcome: 'success', _ms: number) => {},
}
const onEnqueued = countEnqueued(meter)
const measured: typeof bare = {
  checkpoint: instrumentCheckpoint(bare.checkpoint, meter, {
    onEnqueued: (_, added) => onEnqueued(added),
    onChecked: countChecks(meter),
  }),
  queue: instrumentQueue(bare.queue, meter, actionsQueue, onEnqueued),
  execute: instrumentAction(bare.execute, meter),
  ...listenerMetrics(meter),
}
const event =
  ({ checkpoint, queue, execute, onProcessed }: typeof bare) =>
  async () => {
    await checkpoint.save(step)
    onProcessed('success', 0.1)
    await execute(action)
    await queue.complete(job)
  }
row(
  'all of one event with one action',
  (await fastest(event(measured))) - (await fastest(event(bare))),
  '1 ms',
)
process.exit()

/** The fastest round, in ns a call, less what calling takes. */
async function fastest(call: () => Promise<void>): Promise<number> {
  return (await timed(call)) - (await timed(async () => {}))
}

async function timed(call: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const began = process.hrtime.bigint()
    for (let i = 0; i < batch; i++) await call()
    best = Math.min(best, Number(process.hrtime.bigint() - began) / batch)
  }
  return best
}

function row(name: string, nanoseconds: number, bound: string): void {
  console.log(`| ${name} | ${(nanoseconds / 1000).toFixed(2)} µs | ${bound} |`)
}
