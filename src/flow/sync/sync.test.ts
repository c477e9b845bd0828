import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { ConflictError } from '../../model/errors.ts'
import { readCar, writeCar } from '../../net/repo/car.ts'
import { usualBodyLimits } from './body.ts'
import type { Fault } from './testing/faulty-host.ts'
import { openRig, type Rig, writePosts } from './testing/rig.ts'

describe('a sync run', () => {
  it('brings a repo that was not known, and its records with it', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    const result = await rig.sync.syncOnce(did, 'backfill')
    const records = rig.demo.records(did)
    assert.deepEqual(await rig.stored(did), records)
    const repo = await rig.storage.getRepo(did)
    assert.equal(repo?.status, 'synced')
    assert.equal(repo?.rev, result.rev)
    assert.deepEqual([result.records, result.joined], [records.length, false])
    const { durationMs, sizeBytes, ...run } = rig.runs[0] ?? assert.fail('it was not told')
    const told = { did, trigger: 'backfill', outcome: 'success', records: records.length }
    assert.deepEqual(run, { ...told, extracted: records.length, filtered: 0 })
    assert.equal(sizeBytes, result.sizeBytes)
    assert.ok(durationMs > 0 && sizeBytes > 1000)
    assert.equal(rig.runs.length, 1)
  })

  it('asks for no repo where the host has nothing newer', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    await rig.sync.syncOnce(did, 'backfill')
    assert.equal((await rig.sync.syncOnce(did, 'background')).records, 0)
    await rig.tell({ kind: 'lapse', dids: [did], reason: 'gap' })
    assert.equal((await rig.storage.getRepo(did))?.status, 'desync')
    await tick()
    assert.equal((await rig.sync.syncOnce(did, 'resync')).records, 0)
    assert.equal((await rig.storage.getRepo(did))?.status, 'synced')
    assert.equal(rig.host.count('getRepo'), 1)
    assert.equal(rig.host.count('getLatestCommit'), 2)
  })

  it('changes no more than what differs', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    await rig.sync.syncOnce(did, 'backfill')
    const before = new Map(
      (await Array.fromAsync(rig.storage.scan(did))).map((one) => [one.cid, one.indexedAtMs]),
    )
    await writePosts(rig.demo, did, 3)
    const gone =
      rig.demo.records(did).find(({ path }) => path.startsWith('app.bsky.feed.like')) ?? assert.fail()
    await rig.demo.write(did, [
      { action: 'delete', collection: 'app.bsky.feed.like', rkey: gone.path.split('/')[1] ?? '' },
    ])
    assert.equal((await rig.sync.syncOnce(did, 'api')).records, 4)
    assert.deepEqual(await rig.stored(did), rig.demo.records(did))
    const kept = (await Array.fromAsync(rig.storage.scan(did))).filter(({ cid }) => before.has(cid))
    assert.ok(kept.length > 5)
    for (const { cid, indexedAtMs } of kept) assert.equal(indexedAtMs, before.get(cid))
  })

  it('brings a repo that takes many entries of the stream, within the high-water mark', async () => {
    let pressure = 0
    await using rig = await openRig({ sync: { highWater: 1, onBackpressure: () => pressure++ } })
    const did = firstOf(rig)
    await writePosts(rig.demo, did, 2_500)
    const { records } = await rig.sync.syncOnce(did, 'backfill')
    assert.equal(records, rig.demo.records(did).length)
    assert.deepEqual(await rig.stored(did), rig.demo.records(did))
    assert.ok(pressure > 0)
  })

  it('goes on where a run of the same tree was cut short', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    await writePosts(rig.demo, did, 2_500)
    let parts = 0
    const streams = {
      append: async (name: string, entries: readonly Uint8Array[]) => {
        const id = await rig.streams.append(name, entries)
        if ((entries[0]?.length ?? 0) > 5_000 && ++parts === 3) throw new Error('the process is killed')
        return id
      },
      length: (name: string) => rig.streams.length(name),
      drained: (name: string, length: number, signal?: AbortSignal) =>
        rig.streams.drained(name, length, signal),
      acknowledged: (name: string, group: string, id: number, signal?: AbortSignal) =>
        rig.streams.acknowledged(name, group, id, signal),
    }
    await assert.rejects(rig.openSync({ streams }).syncOnce(did, 'backfill'), /killed/)
    assert.equal(rig.runs[0]?.outcome, 'panic')
    await rig.tell({ kind: 'confirm', askedMs: 0, repos: [] })
    assert.equal((await rig.storage.getRepo(did))?.status, 'pending')
    const staged = await rig.storage.staged(did)
    assert.ok(staged !== undefined)
    const { extracted } = await rig.sync.syncOnce(did, 'backfill').then(() => rig.runs[1] ?? assert.fail())
    assert.ok(extracted <= rig.demo.records(did).length - 1_200, `${extracted} were read again`)
    assert.deepEqual(await rig.stored(did), rig.demo.records(did))
  })

  it('keeps only the collections that it is told to', async () => {
    await using rig = await openRig({ sync: { collections: () => ['app.bsky.feed.*'] } })
    const did = firstOf(rig)
    await rig.sync.syncOnce(did, 'backfill')
    const expected = rig.demo.records(did).filter(({ path }) => path.startsWith('app.bsky.feed.'))
    assert.deepEqual(await rig.stored(did), expected)
    assert.ok(expected.length < rig.demo.records(did).length)
  })

  it('tells when the runs under way have ended, unless that is not waited for any more', async () => {
    await using rig = await openRig()
    const { signal } = new AbortController()
    await rig.sync.settled(signal)
    const run = rig.sync.syncOnce(firstOf(rig), 'api')
    await assert.rejects(rig.sync.settled(AbortSignal.abort(new Error('it ends'))), /it ends/)
    assert.equal(rig.sync.running, 1)
    await rig.sync.settled(signal)
    assert.equal(rig.sync.running, 0)
    await run
  })

  it('is joined by the calls that come meanwhile, and counts once', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    const results = await Promise.all([
      rig.sync.syncOnce(did, 'backfill'),
      rig.sync.syncOnce(did, 'api'),
      rig.sync.syncOnce(did, 'mcp'),
    ])
    assert.deepEqual(
      results.map(({ joined }) => joined),
      [false, true, true],
    )
    assert.equal(new Set(results.map(({ rev }) => rev)).size, 1)
    assert.deepEqual([rig.runs.length, rig.runs[0]?.trigger, rig.joins], [1, 'backfill', ['api', 'mcp']])
    assert.equal(rig.sync.running, 0)
  })
})

describe('a sync run that fails', () => {
  const impatient = { body: { ...usualBodyLimits, firstByteMs: 50 } }
  const flipped = { change: (body: Buffer) => flip(body, body.length - 20) }
  const cases: readonly {
    readonly what: string
    readonly fault: Fault
    readonly at?: string
    readonly told: readonly [reason: string, fault: string | undefined, outcome?: string]
  }[] = [
    { what: 'the host has an error', fault: { status: 500 }, told: ['network', 'fetch'] },
    { what: 'the body is cut off', fault: 'cut', told: ['network', 'fetch'] },
    { what: 'nothing comes', fault: 'hang', told: ['timeout', 'fetch'] },
    {
      what: 'the host is asked too often',
      fault: { status: 429 },
      told: ['rate_limited', 'fetch', 'rate_limited'],
    },
    {
      what: 'it wants to know who asks',
      fault: { status: 401, error: 'AuthMissing' },
      told: ['auth', 'fetch'],
    },
    {
      what: 'it does not have the repo',
      fault: { status: 400, error: 'RepoNotFound' },
      told: ['invalid', 'fetch'],
    },
    { what: 'it hides the repo', fault: { status: 400, error: 'RepoTakendown' }, told: ['invalid', 'fetch'] },
    { what: 'it is no CAR file', fault: { change: () => Buffer.from('<html>') }, told: ['invalid', 'parse'] },
    { what: 'a block is another', fault: flipped, told: ['invalid', 'verification'] },
    { what: 'a block is missing', fault: { change: withoutTree }, told: ['network', 'verification'] },
    { what: 'the DID is unknown', at: 'did', fault: { status: 404 }, told: ['invalid', undefined] },
    { what: 'the directory has an error', at: 'did', fault: { status: 500 }, told: ['network', undefined] },
    {
      what: 'the key is another',
      at: 'did',
      fault: { change: otherKey },
      told: ['conflict', 'verification'],
    },
  ]
  for (const { what, fault, at, told } of cases) {
    const [reason, where, outcome = 'error'] = told
    it(`is told as ${reason} when ${what}, and leaves everything as it was`, async () => {
      await using rig = await openRig(fault === 'hang' ? { sync: impatient } : {})
      const did = firstOf(rig)
      rig.host.fault = ({ method }) =>
        at === undefined
          ? ['getRepo', 'getBlocks'].includes(method)
            ? fault
            : undefined
          : method === at
            ? fault
            : undefined
      await assert.rejects(rig.sync.syncOnce(did, 'backfill'), { type: reason })
      const [run] = rig.runs
      assert.match(run?.message ?? '', /./)
      assert.deepEqual([run?.reason, run?.fault, run?.outcome, run?.records], [reason, where, outcome, 0])
      await rig.tell({ kind: 'confirm', askedMs: 0, repos: [] })
      assert.notEqual((await rig.storage.getRepo(did))?.content, 'syncing')
      assert.deepEqual(await rig.stored(did), [])

      rig.host.fault = () => undefined
      rig.identity.forget(did)
      if (reason === 'rate_limited' || (at === 'did' && reason === 'network')) return
      await rig.sync.syncOnce(did, 'backfill')
      assert.deepEqual(await rig.stored(did), rig.demo.records(did))
    })
  }

  it('reads a repo again in which a block is missing, and succeeds if it is whole then', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    rig.host.fault = ({ method, times }) =>
      method === 'getBlocks'
        ? { status: 400 }
        : method === 'getRepo' && times === 0
          ? { change: withoutTree }
          : undefined
    await rig.sync.syncOnce(did, 'backfill')
    assert.equal(rig.host.count('getRepo'), 2)
    assert.deepEqual(await rig.stored(did), rig.demo.records(did))
  })

  it('asks for the blocks that are missing, where the host gives them out', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    rig.host.fault = ({ method }) => (method === 'getRepo' ? { change: withoutTree } : undefined)
    await rig.sync.syncOnce(did, 'backfill')
    assert.deepEqual([rig.host.count('getRepo'), rig.host.count('getBlocks')], [1, 1])
    assert.deepEqual(await rig.stored(did), rig.demo.records(did))
  })

  it('looks a key up afresh that does not fit, once', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    rig.host.fault = ({ method, times }) =>
      method === 'did' && times === 0 ? { change: otherKey } : undefined
    await rig.sync.syncOnce(did, 'backfill')
    assert.deepEqual([rig.host.count('did'), rig.host.count('getRepo')], [2, 2])
    assert.equal(rig.runs[0]?.fault, undefined)
    assert.deepEqual(await rig.stored(did), rig.demo.records(did))
  })

  it('contradicts what is known when the host has an older revision', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    const old = await fetch(new URL(`/xrpc/com.atproto.sync.getRepo?did=${did}`, rig.demo.relay))
    const body = Buffer.from(await old.arrayBuffer())
    await writePosts(rig.demo, did, 2)
    await rig.sync.syncOnce(did, 'backfill')
    await rig.tell({ kind: 'lapse', dids: [did], reason: 'filter' })
    rig.host.fault = ({ method }) => (method === 'getRepo' ? { change: () => body } : undefined)
    await assert.rejects(rig.sync.syncOnce(did, 'resync'), ConflictError)
    await rig.tell({ kind: 'confirm', askedMs: 0, repos: [] })
    assert.equal((await rig.storage.getRepo(did))?.status, 'desync')
    assert.deepEqual(await rig.stored(did), rig.demo.records(did))
  })

  it('takes no revision of the future', async () => {
    await using rig = await openRig({ sync: { maxAheadMs: -1000 * 3_600_000 * 24 } })
    await assert.rejects(rig.sync.syncOnce(firstOf(rig), 'backfill'), { type: 'invalid' })
    assert.equal(rig.runs[0]?.fault, 'verification')
  })

  it('is ended by the end of the service, and the repo is what it was', async () => {
    await using rig = await openRig()
    const did = firstOf(rig)
    const sync = rig.openSync()
    rig.host.fault = ({ method }) => (method === 'getRepo' ? 'hang' : undefined)
    const run = sync.syncOnce(did, 'backfill')
    run.catch(() => {})
    while (rig.host.count('getRepo') === 0) await tick()
    assert.equal((await rig.storage.getRepo(did))?.status, 'syncing')
    await sync[Symbol.asyncDispose]()
    await assert.rejects(run, { name: 'StoppedError', type: 'internal' })
    assert.deepEqual([rig.runs[0]?.reason, rig.runs[0]?.outcome], ['internal', 'error'])
    await rig.tell({ kind: 'confirm', askedMs: 0, repos: [] })
    assert.equal((await rig.storage.getRepo(did))?.status, 'pending')
  })

  it('takes no longer than it may', async () => {
    await using rig = await openRig({ sync: { runMs: 60 } })
    rig.host.fault = ({ method }) => (method === 'getRepo' ? 'hang' : undefined)
    await assert.rejects(rig.sync.syncOnce(firstOf(rig), 'backfill'), { type: 'timeout' })
  })

  it('is given up for good: a repo without content is in error, and one that is synced is not', async () => {
    await using rig = await openRig()
    const [one, other] = rig.demo.accounts().map(({ did }) => did)
    await rig.sync.syncOnce(one ?? assert.fail(), 'backfill')
    await rig.sync.giveUp(one ?? assert.fail())
    await rig.sync.giveUp(other ?? assert.fail())
    await rig.tell({ kind: 'confirm', askedMs: 0, repos: [] })
    assert.equal((await rig.storage.getRepo(one ?? assert.fail()))?.status, 'synced')
    assert.equal((await rig.storage.getRepo(other ?? assert.fail()))?.status, 'error')
    await rig.sync.syncOnce(other ?? assert.fail(), 'api')
    assert.equal((await rig.storage.getRepo(other ?? assert.fail()))?.status, 'synced')
  })
})

function firstOf({ demo }: Rig): Did {
  return demo.accounts()[0]?.did ?? assert.fail('there is no account')
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 2))

function flip(body: Buffer, at: number): Buffer {
  body[at] = (body[at] ?? 0) ^ 1
  return body
}

/** A document with the key of somebody else. */
function otherKey(body: Buffer): Buffer {
  return Buffer.from(
    body
      .toString()
      .replace(
        /"publicKeyMultibase":"[^"]+"/,
        '"publicKeyMultibase":"zQ3shVc2UkAfJCdc1TR8E66J85h48P43r93q8jGPkPpjF9Ef9"',
      ),
  )
}

/** The repo without one block of its tree. */
function withoutTree(body: Buffer): Buffer {
  const { roots, blocks } = readCar(body)
  const all = [...blocks].map(([cid, bytes]) => ({ cid, bytes }))
  const node = all.findLast(({ bytes }) => bytes[0] === 0xa2 && bytes[1] === 0x61 && bytes[2] === 0x65)
  return Buffer.from(
    writeCar(
      roots[0] ?? '',
      all.filter((one) => one !== node),
    ),
  )
}
