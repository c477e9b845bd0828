import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import { actionsQueue } from '../../model/action.ts'
import type { CommitEvent } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import { SqliteCheckpoint } from '../../state/checkpoint/sqlite.ts'
import { Database } from '../../state/database.ts'
import { SqliteDedup } from '../../state/dedup/sqlite.ts'
import { SqliteQueue } from '../../state/queue/sqlite.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { observed } from '../../state/streams/streams.ts'
import type { Observer } from './definition.ts'
import { Listener, type ListenerOptions, observersGroup } from './listener.ts'
import { ObserverIndex } from './observer-index.ts'
import { alice } from './testing/events.ts'

const commits = 5
const operations = 300
const observers = ['one', 'two'].map((name): Observer => {
  const log = { log: { level: 'info', message: 'seen' } } as const
  // biome-ignore lint/suspicious/noThenProperty: that is what it is called in the file.
  return { name, when: { collection: ['app.bsky.feed.*'] }, then: [log, log] }
})
const jobs = commits * operations * 4

/** Where the process dies: at the nth call of one of these, before or after it has taken effect. */
const deaths = [
  ...[1, 2, 3, 7].flatMap((call) => [
    { step: 'save', call, takesEffect: false },
    { step: 'save', call, takesEffect: true },
  ]),
  { step: 'acknowledge', call: 1, takesEffect: false },
  { step: 'acknowledge', call: 1, takesEffect: true },
] as const

describe('the listener', () => {
  for (const { step, call, takesEffect } of deaths)
    it(`makes each job once when it dies ${takesEffect ? 'after' : 'before'} ${step} number ${call}`, async () => {
      const disk = await fill()
      const first = await listen(disk, ({ checkpoint, streams }, die) => ({
        checkpoint: {
          recover: (listener) => checkpoint.recover(listener),
          save: fuse(step === 'save' ? call : 0, takesEffect, (s) => checkpoint.save(s), die),
        },
        streams: {
          read: (...args) => streams.read(...args),
          readable: (...args) => streams.readable(...args),
          acknowledge: fuse(
            step === 'acknowledge' ? call : 0,
            takesEffect,
            (...args) => streams.acknowledge(...args),
            die,
          ),
        },
      }))
      assert.equal(first, 'died')
      assert.equal(await listen(disk), 'done')
      const { queue, streams } = open(disk)
      assert.equal((await queue.totals(actionsQueue)).waiting, jobs)
      assert.equal(await streams.pending(observed, observersGroup), 0)
    })

  it('knows an event that comes again, and does nothing about it', async () => {
    const disk = await fill()
    await listen(disk)
    await fillMore(disk)
    await listen(disk)
    assert.equal((await open(disk).queue.totals(actionsQueue)).waiting, jobs)
  })

  it('skips what it cannot read, and says so', async () => {
    const disk = await fill()
    await open(disk).streams.append(observed, [new Uint8Array([1, 2, 3])])
    const outcomes = { success: 0, failure: 0 }
    const errors: unknown[] = []
    await listen(disk, () => ({
      onProcessed: (outcome) => void outcomes[outcome]++,
      onError: (error) => errors.push(error),
    }))
    assert.deepEqual(outcomes, { success: commits * operations, failure: 1 })
    assert.equal(errors.length, 1)
  })

  it('takes nothing while more jobs wait than may', async () => {
    const disk = await fill()
    const { queue, streams } = open(disk)
    await queue.add(actionsQueue, [{ key: 'a' }, { key: 'b' }])
    const stop = new AbortController()
    let asked = 0
    const running = new Listener({
      ...options(open(disk)),
      maxWaiting: 2,
      queue: {
        totals: async (name) => {
          if (++asked === 3) stop.abort()
          return queue.totals(name)
        },
      },
    }).run(stop.signal)
    await running
    assert.equal(await streams.pending(observed, observersGroup), commits)
  })
})

function open(database: Database) {
  const queue = new SqliteQueue({ database })
  const dedup = new SqliteDedup({ database })
  return {
    queue,
    streams: new SqliteStreams({ database }),
    checkpoint: new SqliteCheckpoint({ database, queue, dedup }),
  }
}

type Stores = ReturnType<typeof open>

function options(stores: Stores): ListenerOptions {
  return { ...stores, index: new ObserverIndex(observers), backoff: { firstMs: 0, maxMs: 0 } }
}

/** Runs a process on what is on the disk, until there is nothing left to do, or it dies. */
async function listen(
  disk: Database,
  change: (stores: Stores, die: () => void) => Partial<ListenerOptions> = () => ({}),
): Promise<'died' | 'done'> {
  const stores = open(disk)
  const stop = new AbortController()
  const death = Promise.withResolvers<'died'>()
  const listener = new Listener({ ...options(stores), ...change(stores, () => death.resolve('died')) })
  const running = listener.run(stop.signal)
  const drained = stores.streams.drained(observed, 1, stop.signal).then(() => 'done' as const)
  const how = await Promise.race([drained, death.promise])
  stop.abort()
  if (how === 'done') await running
  return how
}

/** A step that never comes back from its nth call: whoever called it is dead. */
function fuse<Arguments extends readonly unknown[], Result>(
  call: number,
  takesEffect: boolean,
  work: (...args: Arguments) => Promise<Result>,
  die: () => void,
): (...args: Arguments) => Promise<Result> {
  let calls = 0
  return async (...args) => {
    if (++calls !== call) return work(...args)
    if (takesEffect) await work(...args)
    die()
    return new Promise(() => {})
  }
}

async function fill(): Promise<Database> {
  const disk = new Database()
  await fillMore(disk)
  return disk
}

async function fillMore(disk: Database): Promise<void> {
  const entries = Array.from({ length: commits }, (_, at) =>
    encodeEvent({
      kind: 'commit',
      did: alice,
      seq: at,
      timeMs: at,
      rev: `3lc${at}`,
      data: 'tree',
      operations: Array.from({ length: operations }, (_, n) => ({
        op: 'create',
        collection: 'app.bsky.feed.post',
        rkey: `${n}`,
        cid: 'bafy',
        record: new Uint8Array(encode({ text: 'tide' })),
      })),
    } satisfies CommitEvent),
  )
  await open(disk).streams.append(observed, entries)
}
