import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, fromBytes } from '@atcute/cbor'
import type { CommitEvent } from '../../model/event.ts'
import { blockOf, encodeBlock } from '../repo/block.ts'
import { readCar } from '../repo/car.ts'
import { linkTo, parseCid } from '../repo/cid.ts'
import type { CommitBody } from '../repo/frames.ts'
import { importKey } from '../repo/signature.ts'
import { RawRepo, type RawWrite } from './testing/raw-repo.ts'
import { collection, commitFrame, withBlocks, withoutBlocks } from './testing/test-repo.ts'
import { verifyFrame } from './verify-frame.ts'
import { type VerifyMode, verifyModes } from './verify-options.ts'

const path = (rkey: string) => `${collection}/${rkey}`
const record = (text: string) => encodeBlock({ $type: collection, text }).bytes
const put = (rkey: string, text: string): RawWrite => ({ path: path(rkey), bytes: record(text) })
const remove = (rkey: string): RawWrite => ({ path: path(rkey) })

async function setup(count = 40) {
  const repo = await RawRepo.create('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa')
  const key = importKey(repo.multikey)
  if (count > 0) await repo.commit(...Array.from({ length: count }, (_, index) => put(`r${index}`, 'first')))
  const odd: string[] = []
  const verify = (body: CommitBody, mode: VerifyMode = 'full', strict = false) =>
    verifyFrame(commitFrame(1, body), key, {
      mode,
      strict,
      onOddRecord: (reason) => odd.push(reason),
    }) as CommitEvent
  return { repo, verify, odd }
}

/** What an event leaves of each record. */
const outcome = ({ operations }: CommitEvent) =>
  operations.map((operation) =>
    operation.op === 'delete'
      ? `delete ${operation.rkey}`
      : `${operation.op} ${operation.rkey} ${decode(operation.record).text}`,
  )

describe('several operations on one record', () => {
  const cases: { what: string; writes: RawWrite[]; left: string[] }[] = [
    { what: 'written twice', writes: [put('a', '1'), put('a', '2')], left: ['create a 2'] },
    { what: 'changed twice', writes: [put('r1', '1'), put('r1', '2')], left: ['update r1 2'] },
    { what: 'changed back', writes: [put('r1', '1'), put('r1', 'first')], left: ['update r1 first'] },
    { what: 'deleted and written', writes: [remove('r1'), put('r1', '2')], left: ['update r1 2'] },
    {
      what: 'deleted, written, deleted',
      writes: [remove('r1'), put('r1', '2'), remove('r1')],
      left: ['delete r1'],
    },
    { what: 'changed and deleted', writes: [put('r1', '2'), remove('r1')], left: ['delete r1'] },
    { what: 'written and deleted', writes: [put('a', '1'), remove('a')], left: ['delete a'] },
    {
      what: 'among others',
      writes: [
        put('a', '1'),
        remove('r3'),
        put('r1', '1'),
        remove('a'),
        put('r3', '3'),
        remove('r1'),
        put('a', '2'),
      ],
      left: ['create a 2', 'update r3 3', 'delete r1'],
    },
  ]
  for (const { what, writes, left } of cases) {
    for (const mode of verifyModes) {
      it(`leave the last of them: ${what}, in the mode ${mode}`, async () => {
        const { repo, verify } = await setup()
        const before = repo.data
        const event = verify(await repo.commit(...writes), mode, true)
        assert.deepEqual(outcome(event), left)
        assert.deepEqual([event.prevData, event.data], [before, repo.data])
      })
    }
  }

  it('are undone in whatever order they come', async () => {
    const { repo, verify } = await setup(60)
    const present = new Set(Array.from({ length: 60 }, (_, index) => `r${index}`))
    for (let round = 0; round < 150; round++) {
      const before = repo.data
      const writes = Array.from({ length: 1 + (round % 9) }, () => {
        const rkey = `r${Math.floor(Math.random() * 80)}`
        if (Math.random() < 0.4 && present.delete(rkey)) return remove(rkey)
        present.add(rkey)
        return put(rkey, String(Math.random()))
      })
      const event = verify(await repo.commit(...writes))
      assert.equal(event.prevData, before)
      const last = new Map(writes.map(({ path, bytes }) => [path, bytes]))
      const told = event.operations.map((operation) => operation.op !== 'delete' && operation.record)
      assert.deepEqual(
        told.map((bytes) => (bytes ? Buffer.from(bytes) : undefined)),
        Array.from(last.values(), (bytes) => bytes && Buffer.from(bytes)),
      )
    }
  })

  it('do not hide a record that is still there, whatever the blocks show of it', async () => {
    const { repo, verify } = await setup(400)
    const body = await repo.commit(put('r1', 'changed'))
    const cid = linkTo(encodeBlock({ a: 1 }).cid)
    const outcomes = Array.from({ length: 398 }, (_, index) => {
      const rkey = `r${index + 2}`
      const madeAndDeleted: CommitBody['ops'] = [
        { action: 'create', path: path(rkey), cid },
        { action: 'delete', path: path(rkey), cid: null },
      ]
      try {
        return outcome(verify({ ...body, ops: [...body.ops, ...madeAndDeleted] })).join()
      } catch (error) {
        return String((error as { reason?: string }).reason)
      }
    })
    assert.deepEqual(new Set(outcomes), new Set(['mst', 'update r1 changed']))
  })
})

const link = (bytes: Buffer) =>
  Buffer.concat([Buffer.from('a1616cd82a58', 'hex'), Buffer.of(bytes.length + 1, 0), bytes])

const oddRecords: { what: string; reason: string; bytes: Uint8Array }[] = [
  {
    what: 'nested deeper than others',
    reason: 'depth',
    bytes: Buffer.concat([Buffer.from('a16161', 'hex'), Buffer.alloc(200, 0x81), Buffer.of(0)]),
  },
  {
    what: 'with a link of CID version 0',
    reason: 'canonical',
    bytes: link(Buffer.concat([Buffer.of(0x12, 0x20), Buffer.alloc(32, 7)])),
  },
  { what: 'with a float', reason: 'canonical', bytes: Buffer.from('a16161fb3ff8000000000000', 'hex') },
  { what: 'with unsorted keys', reason: 'canonical', bytes: Buffer.from('a2616201616102', 'hex') },
  { what: 'that is no CBOR', reason: 'decode', bytes: Buffer.of(0xff, 0xff) },
  { what: 'that is a list', reason: 'decode', bytes: encodeBlock([1]).bytes },
  { what: 'of 1.1 MB', reason: 'size', bytes: encodeBlock({ text: 'x'.repeat(1_100_000) }).bytes },
]

describe('an odd record', () => {
  for (const { what, reason, bytes } of oddRecords) {
    for (const mode of verifyModes) {
      it(`${what} is kept as it is and told, and its commit with it, in the mode ${mode}`, async () => {
        const { repo, verify, odd } = await setup()
        const before = repo.data
        const event = verify(
          await repo.commit(put('a', '1'), { path: path('odd'), bytes }, remove('r3')),
          mode,
        )
        assert.equal(event.prevData, before)
        const [plain, strange, removed] = event.operations
        assert.deepEqual([plain?.rkey, strange?.rkey, removed?.rkey], ['a', 'odd', 'r3'])
        assert.deepEqual(strange?.op === 'create' && Buffer.from(strange.record), Buffer.from(bytes))
        assert.deepEqual(odd, [reason])
      })
    }
  }

  it('costs nothing where another has replaced it in the same commit', async () => {
    const { repo, verify, odd } = await setup()
    const bytes = Buffer.from('a2616201616102', 'hex')
    const body = await repo.commit({ path: path('odd'), bytes }, put('odd', 'good'))
    assert.deepEqual(outcome(verify(withBlocks(body, blockOf(bytes)))), ['create odd good'])
    assert.deepEqual(odd, [])
  })

  it('is no commit', async () => {
    const { repo, verify } = await setup()
    const body = await repo.commit(put('a', '1'))
    const commit = readCar(Buffer.from(fromBytes(body.blocks))).blocks.get(
      parseCid(body.commit.$link),
    ) as Buffer
    // The version in two bytes, where one is enough.
    const at = commit.indexOf('version') + 'version'.length
    const odd = blockOf(Buffer.concat([commit.subarray(0, at), Buffer.of(0x18), commit.subarray(at)]))
    const ops = [...body.ops, { action: 'create', path: path('odd'), cid: linkTo(odd.cid) } as const]
    assert.throws(() => verify(withBlocks({ ...body, ops, commit: linkTo(odd.cid) }, odd)), { reason: 'cid' })
  })

  it('has to be what its CID says', async () => {
    const { repo, verify, odd } = await setup()
    const bytes = Buffer.from('a2616201616102', 'hex')
    const body = await repo.commit({ path: path('odd'), bytes })
    const file = Buffer.from(fromBytes(body.blocks))
    file[file.indexOf(bytes) + 3] = 0x05
    for (const mode of verifyModes)
      assert.throws(() => verify({ ...body, blocks: { $bytes: file.toString('base64') } }, mode), {
        reason: 'cid',
      })
    assert.deepEqual(odd, [])
  })

  it('is not told when its commit is refused', async () => {
    const { repo, verify, odd } = await setup()
    const body = await repo.commit({ path: path('odd'), bytes: Buffer.from('a2616201616102', 'hex') })
    assert.throws(() => verify({ ...body, prevData: body.commit }), { reason: 'mst' })
    assert.deepEqual(odd, [])
  })
})

describe('a commit that says nothing about what was before', () => {
  const ofOldHost = ({ prevData: _, ops, ...body }: CommitBody): CommitBody => ({
    ...body,
    ops: ops.map(({ prev, ...op }) => op),
  })

  it('is believed as far as its blocks show the outcome of each operation', async () => {
    const { repo, verify } = await setup()
    const body = ofOldHost(await repo.commit(put('a', '1'), put('r1', '2'), remove('r3')))
    const event = verify(body)
    assert.deepEqual(outcome(event), ['create a 1', 'update r1 2', 'delete r3'])
    assert.equal(event.prevData, undefined)
    assert.equal(verify(body, 'signature').since, body.since)
    assert.throws(() => verify(body, 'full', true), { reason: 'mst' })
  })

  it('does not say either what it continues, which nobody has signed', async () => {
    const { repo, verify } = await setup()
    const { rev } = await repo.commit(put('a', '1'))
    await repo.commit(put('kept-back', '1'))
    const body = ofOldHost(await repo.commit(put('a', '2')))
    assert.equal(verify({ ...body, since: rev }).since, undefined)
  })

  it('is refused where they show another', async () => {
    const { repo, verify } = await setup()
    const body = ofOldHost(await repo.commit(put('r1', '2'), put('r2', '2')))
    const lies: CommitBody['ops'][] = [
      [{ action: 'delete', path: path('r1'), cid: null }],
      body.ops.map((op) => ({ ...op, path: path('r5') })),
    ]
    for (const ops of lies) assert.throws(() => verify({ ...body, ops }), { reason: 'mst' })
  })

  it('is refused where they show nothing', async () => {
    const { repo, verify } = await setup(400)
    const body = ofOldHost(await repo.commit(put('r1', '2'), remove('r3')))
    const root = readCar(Buffer.from(fromBytes(body.blocks))).blocks
    let refused = 0
    for (const cid of root.keys()) {
      if (cid === parseCid(body.commit.$link) || cid === parseCid(body.ops[0]?.cid?.$link ?? '')) continue
      assert.throws(() => verify(withoutBlocks(body, cid)), { reason: 'mst' })
      refused += 1
    }
    assert.ok(refused >= 2)
  })
})
