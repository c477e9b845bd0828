import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { InvalidError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { type CommitEvent, emptyTree, type RepoEvent, type UnverifiedEvent } from '../../model/event.ts'
import { encodeEvent } from '../../model/event-bytes.ts'
import { WrongKey } from '../../net/repo/rejection.ts'
import { Database } from '../../state/database.ts'
import { SqliteQueue } from '../../state/queue/sqlite.ts'
import { SqliteSearch } from '../../state/search/sqlite.ts'
import { SqliteStorage } from '../../state/storage/sqlite.ts'
import { SqliteStreams } from '../../state/streams/sqlite.ts'
import { firehoseLive } from '../../state/streams/streams.ts'
import { Indexer, indexerGroup } from '../indexing/indexer.ts'
import { Enqueue } from './enqueue.ts'
import { type Documents, LookUps, type LookUpsOptions } from './look-ups.ts'
import { identityQueue } from './queues.ts'

const did = 'did:plc:a'

describe('the look-up of a key', () => {
  it('releases the events that wait for it', async () => {
    await using rig = await open({ resolve: async () => ({ signingKey: 'zRight' }) })
    await rig.hold(did, 'zRight')
    await rig.until(async () => (await rig.storage.getRepo(did))?.rev !== undefined)
    const repo = await rig.storage.getRepo(did)
    assert.deepEqual([repo?.rev, repo?.held ?? 0, repo?.status], [rev, 0, 'synced'])
    assert.deepEqual(rig.givenUp, [])
  })

  it('is repeated while the directory has the key of before, and loses nothing', async () => {
    let times = 0
    await using rig = await open({
      resolve: async () => ({ signingKey: ++times < 4 ? 'zOld' : 'zRight' }),
    })
    await rig.hold(did, 'zRight')
    await rig.until(async () => (await rig.storage.getRepo(did))?.rev === rev)
    assert.equal(times, 4)
    assert.deepEqual(rig.givenUp, [])
  })

  it('is given up after so many keys that do not fit, and the repo is out of sync for that reason', async () => {
    let times = 0
    await using rig = await open({
      resolve: async () => {
        times++
        return { signingKey: 'zOld' }
      },
    })
    await rig.synced(did)
    await rig.hold(did, 'zRight')
    await rig.until(
      async () => rig.givenUp.length > 0 && (await rig.storage.getRepo(did))?.desync !== undefined,
    )
    const repo = await rig.storage.getRepo(did)
    assert.deepEqual([times, repo?.held ?? 0, repo?.status, repo?.desync?.reason], [4, 0, 'desync', 'key'])
    assert.deepEqual(rig.givenUp, [did])
  })

  it('is given up likewise where there is no such DID', async () => {
    await using rig = await open({
      resolve: async () => {
        throw new InvalidError('there is no such DID')
      },
    })
    await rig.hold(did, 'zRight')
    await rig.until(async () => rig.givenUp.length > 0)
    await rig.until(async () => ((await rig.storage.getRepo(did))?.held ?? 0) === 0)
  })

  it('waits for a directory that is silent, or wants to be left alone, however long', async () => {
    let times = 0
    await using rig = await open({
      resolve: async () => {
        times++
        if (times <= 20) throw new UpstreamError('the directory is down')
        if (times <= 40) throw new RateLimitedError('slower', 1)
        // Two answers that do not fit are not too many: those that did not come were none.
        return { signingKey: times <= 42 ? 'zOld' : 'zRight' }
      },
    })
    await rig.hold(did, 'zRight')
    await rig.until(async () => (await rig.storage.getRepo(did))?.rev === rev)
    assert.deepEqual([times, rig.givenUp], [43, []])
  })

  it('of one DID that does not answer holds up no other', async () => {
    const { promise: forever, resolve: end } = Promise.withResolvers<void>()
    await using rig = await open({
      resolve: async (one) => {
        if (one === did) await forever
        return { signingKey: 'zRight' }
      },
    })
    await rig.hold(did, 'zRight')
    for (let at = 0; at < 20; at++) await rig.hold(`did:plc:b${at}`, 'zRight')
    await rig.until(
      async () => (await rig.queue.totals(identityQueue)).waiting === 0 && rig.lookUps.running === 1,
    )
    assert.equal((await rig.storage.getRepo('did:plc:b19'))?.rev, rev)
    assert.equal((await rig.storage.getRepo(did))?.held, 1)
    end()
  })

  it('comes before those that were asked for earlier, however many these are', async () => {
    const asked: Did[] = []
    const { promise: begin, resolve: start } = Promise.withResolvers<void>()
    let nowMs = Date.now()
    await using rig = await open({
      resolve: async (one) => {
        asked.push(one)
        return { signingKey: 'zRight' }
      },
      now: () => ++nowMs,
      begin,
    })
    const dids = Array.from({ length: 1000 }, (_, at): Did => `did:plc:b${at}`)
    for (const one of [...dids, 'did:plc:b7'] as const) rig.enqueue.unverified(one)
    await rig.enqueue.settled()
    start()
    await rig.until(async () => asked.length === dids.length)
    assert.deepEqual(asked, ['did:plc:b7', ...dids.filter((one) => one !== 'did:plc:b7').reverse()])
  })

  it('asks the directory no more before it may be asked again, and others meanwhile', async () => {
    const asked: Did[] = []
    let blockedUntilMs: number | undefined
    await using rig = await open({
      resolve: async (one) => {
        asked.push(one)
        if (!one.startsWith('did:plc:')) return { signingKey: 'zRight' }
        blockedUntilMs = Date.now() + 3_600_000
        throw new RateLimitedError('slower', 3_600_000)
      },
      blockedUntilMs: () => blockedUntilMs,
    })
    await rig.hold(did, 'zRight')
    await rig.until(async () => asked.length === 1 && rig.lookUps.running === 0)
    for (let at = 0; at < 5; at++) await rig.hold(`did:plc:b${at}`, 'zRight')
    await rig.hold('did:web:b.test', 'zRight')
    await rig.until(async () => (await rig.storage.getRepo('did:web:b.test'))?.rev === rev)
    assert.deepEqual(asked, [did, 'did:web:b.test'])
    assert.equal((await rig.queue.totals(identityQueue)).waiting, 6)
  })
})

describe('the look-up of a handle', () => {
  const cases = [
    { claimed: 'right.test', verdict: 'valid', shown: 'right.test', again: false },
    { claimed: 'false.test', verdict: 'invalid', shown: 'handle.invalid', again: false },
    { claimed: undefined, verdict: 'valid', shown: 'handle.invalid', again: false },
    { claimed: 'silent.test', verdict: 'unknown', shown: 'handle.invalid', again: true },
  ] as const
  for (const { claimed, verdict, shown, again } of cases) {
    it(`shows ${shown} where the document has ${claimed ?? 'none'} and that is ${verdict}`, async () => {
      await using rig = await open({
        resolve: async () => ({ signingKey: 'zRight', ...(claimed && { handle: claimed }) }),
        verifyHandle: async () => verdict,
      })
      await rig.synced(did)
      rig.enqueue.identity(did)
      await rig.until(async () => (await rig.storage.getRepo(did))?.handle === shown)
      await rig.until(async () => rig.lookUps.running === 0)
      const job = await rig.queue.find(identityQueue, did)
      assert.equal(job !== undefined, again)
      if (again) assert.ok((job?.dueMs ?? 0) > Date.now() + 3_000_000)
    })
  }

  it('is content with what the run that fetched a newcomer has found out', async () => {
    const refreshed: boolean[] = []
    await using rig = await open({
      resolve: async (_did, { refresh }) => {
        refreshed.push(refresh)
        return { signingKey: 'zRight', handle: 'new.test' }
      },
    })
    await rig.synced(did)
    rig.enqueue.newcomer(did)
    await rig.until(async () => (await rig.storage.getRepo(did))?.handle === 'new.test')
    assert.deepEqual(refreshed, [false])
  })

  it('asks afresh each time that the identity may have changed', async () => {
    const refreshed: boolean[] = []
    let handle = 'one.test'
    await using rig = await open({
      resolve: async (_did, { refresh }) => {
        refreshed.push(refresh)
        return { signingKey: 'zRight', handle }
      },
    })
    await rig.synced(did)
    rig.enqueue.identity(did)
    await rig.until(async () => (await rig.storage.getRepo(did))?.handle === 'one.test')
    handle = 'two.test'
    rig.enqueue.identity(did)
    await rig.until(async () => (await rig.storage.getRepo(did))?.handle === 'two.test')
    // The second time of each is for the handle, and content with what the first has found out.
    assert.deepEqual(refreshed.slice(0, 3), [true, false, true])
  })
})

const rev = '3kaaaaaaaaa22'

interface Directory extends Pick<Documents, 'resolve'> {
  readonly verifyHandle?: Documents['verifyHandle']
  readonly blockedUntilMs?: () => number | undefined
  /** When look-ups begin. @default at once */
  readonly begin?: Promise<void>
  readonly now?: () => number
}

async function open(
  { resolve, verifyHandle, blockedUntilMs, begin = Promise.resolve(), now = Date.now }: Directory,
  options: Partial<LookUpsOptions> = {},
) {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(new Database())
  const streams = new SqliteStreams({ database })
  const storage = new SqliteStorage({ database })
  const queue = new SqliteQueue({ database })
  const enqueue = stack.use(new Enqueue({ queue, policy: 'all', now }))
  const stop = new AbortController()
  const indexing = new Indexer({
    streams,
    storage,
    search: new SqliteSearch({ database }),
    verifyFrame: readFrame,
    onUnverified: (one) => enqueue.unverified(one),
    onIdentity: (one) => enqueue.identity(one),
  }).run(stop.signal)
  const givenUp: Did[] = []
  const lookUps = new LookUps({
    queue,
    storage,
    streams,
    documents: {
      resolve,
      verifyHandle: verifyHandle ?? (async () => 'valid'),
      get blockedUntilMs() {
        return blockedUntilMs?.()
      },
    },
    group: indexerGroup,
    firstMs: 1,
    maxMs: 2,
    maxAnswers: 4,
    silenceMs: 1,
    onGiveUp: (one) => givenUp.push(one),
    onError: (error) => assert.ifError(error),
    ...options,
  })
  const working = begin.then(() => lookUps.run(stop.signal))
  stack.defer(async () => {
    stop.abort()
    await Promise.all([indexing, working])
  })
  const append = async (event: RepoEvent) => {
    const id = await streams.append(firehoseLive, [encodeEvent(event)])
    await streams.acknowledged(firehoseLive, indexerGroup, id)
  }
  const running = stack.move()
  return {
    storage,
    queue,
    enqueue,
    lookUps,
    givenUp,
    /** Brings the first commit of a repo, which waits for a key. */
    hold: (one: Did, key: string) => append(unverified(one, key)),
    /** Makes a repo synced, by a commit of an earlier revision. */
    synced: (one: Did) => append(commit(one, '3k22222222222')),
    async until(isTrue: () => Promise<boolean>) {
      while (!(await isTrue())) await new Promise((resolved) => setTimeout(resolved, 2))
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function commit(one: Did, at: string): CommitEvent {
  const base = {
    kind: 'commit',
    did: one,
    seq: 1,
    timeMs: 1,
    rev: at,
    data: emptyTree,
    prevData: emptyTree,
  } as const
  return { ...base, operations: [] }
}

/** Its frame says in JSON who has signed it. */
function unverified(one: Did, key: string): UnverifiedEvent {
  const frame = Buffer.from(JSON.stringify({ did: one, key }))
  return { kind: 'unverified', did: one, seq: 2, timeMs: 2, rev, frame }
}

function readFrame(frame: Uint8Array, signingKey: string): RepoEvent {
  const { did: one, key } = JSON.parse(Buffer.from(frame).toString()) as { did: Did; key: string }
  if (key !== signingKey) throw new WrongKey('not signed by that key')
  return commit(one, rev)
}
