import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import { create as createTid } from '@atcute/tid'
import type { RejectedEvent } from '../../model/event.ts'
import { blockOf, encodeBlock } from '../repo/block.ts'
import { linkTo } from '../repo/cid.ts'
import type { CommitBody } from '../repo/frames.ts'
import type { RejectReason } from './rejection.ts'
import { Harness, KnownKeys } from './testing/harness.ts'
import { TestRelay } from './testing/test-relay.ts'
import {
  anyFrame,
  collection,
  commitFrame,
  create,
  createTestRepo,
  sentMs,
  withBlocks,
  withText,
} from './testing/test-repo.ts'

const time = new Date(sentMs).toISOString()
const header = Buffer.from(encode({ op: 1, t: '#commit' }))
const nested = (levels: number) => Buffer.concat([Buffer.alloc(levels, 0x81), Buffer.of(0)])
const [good, other] = await Promise.all([
  createTestRepo('did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'),
  createTestRepo('did:plc:bbbbbbbbbbbbbbbbbbbbbbbb'),
])

/** A commit of another repo, changed before it is sent. */
const altered =
  (alter: (body: CommitBody) => object) =>
  async (seq: number): Promise<Buffer> =>
    commitFrame(seq, alter(await other.commit(create(`bad-${seq}`))) as CommitBody)

const poison: {
  what: string
  reason: RejectReason
  /** What is told of it: that a repo may have moved on, that any may have, or nothing. */
  leaves: RejectedEvent['reason'] | 'hole' | 'nothing'
  frame: (seq: number) => Buffer | string | Promise<Buffer>
}[] = [
  { what: 'a frame of text', reason: 'frame', leaves: 'hole', frame: () => '{"op":1}' },
  { what: 'an empty frame', reason: 'frame', leaves: 'hole', frame: () => Buffer.alloc(0) },
  { what: 'a header alone', reason: 'frame', leaves: 'hole', frame: () => header },
  {
    what: 'a header without op',
    reason: 'frame',
    leaves: 'hole',
    frame: () => Buffer.from([...encode({ t: '#commit' }), 0xa0]),
  },
  {
    what: 'three objects',
    reason: 'frame',
    leaves: 'hole',
    frame: async (seq) => Buffer.concat([anyFrame('#sync', { seq }), header]),
  },
  {
    what: 'a list for a body',
    reason: 'frame',
    leaves: 'hole',
    frame: () => Buffer.concat([header, encode([])]),
  },
  {
    what: 'random bytes',
    reason: 'decode',
    leaves: 'hole',
    frame: () => Buffer.from('7b22ff00c1deadbeef', 'hex'),
  },
  {
    what: 'a body cut off',
    reason: 'decode',
    leaves: 'hole',
    frame: async (seq) => (await other.createFrame(seq)).subarray(0, -1),
  },
  {
    what: 'a length beyond all bytes',
    reason: 'decode',
    leaves: 'hole',
    frame: () => Buffer.concat([header, Buffer.from('bb00000001ffffffff', 'hex')]),
  },
  {
    what: 'a body without fields',
    reason: 'decode',
    leaves: 'hole',
    frame: (seq) => anyFrame('#commit', { seq }),
  },
  {
    what: 'a time that is not one',
    reason: 'decode',
    leaves: 'nothing',
    frame: (seq) => anyFrame('#identity', { seq, did: other.did, time: 'now' }),
  },
  {
    what: 'a did that is not one',
    reason: 'decode',
    leaves: 'nothing',
    frame: (seq) => anyFrame('#identity', { seq, did: 'you', time }),
  },
  {
    what: 'a rev that is not a TID',
    reason: 'decode',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, rev: '1' })),
  },
  {
    what: 'a path outside of collections',
    reason: 'decode',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, ops: [{ ...body.ops[0], path: '../etc/passwd' }] })),
  },
  {
    what: 'blocks that are not a CAR',
    reason: 'decode',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, blocks: { $bytes: 'AAAA' } })),
  },
  {
    what: 'unsorted keys in the body',
    reason: 'canonical',
    leaves: 'hole',
    frame: () => Buffer.concat([header, Buffer.from('a2616201616102', 'hex')]),
  },
  {
    what: 'unsorted keys in a block',
    reason: 'canonical',
    leaves: 'rejected',
    frame: altered((body) => withBlocks(body, blockOf(Buffer.from('a2616201616102', 'hex')))),
  },
  {
    what: 'a float in a block',
    reason: 'canonical',
    leaves: 'rejected',
    frame: altered((body) => withBlocks(body, blockOf(Buffer.from('fb3ff8000000000000', 'hex')))),
  },
  {
    what: 'a million levels in the body',
    reason: 'depth',
    leaves: 'hole',
    frame: () => Buffer.concat([header, nested(1_000_000)]),
  },
  {
    what: 'a million levels in a block',
    reason: 'depth',
    leaves: 'rejected',
    frame: altered((body) => withBlocks(body, blockOf(nested(1_000_000)))),
  },
  { what: 'a frame of 6 MB', reason: 'size', leaves: 'hole', frame: () => Buffer.alloc(6_000_000) },
  {
    what: 'blocks of 2.1 MB',
    reason: 'size',
    leaves: 'rejected',
    frame: altered((body) => withBlocks(body, blockOf(Buffer.from(encode('x'.repeat(2_100_000)))))),
  },
  {
    what: '201 operations',
    reason: 'size',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, ops: Array(201).fill(body.ops[0]) })),
  },
  {
    what: 'a block that is not what its CID says',
    reason: 'cid',
    leaves: 'rejected',
    frame: altered((body) => withText(body, 'bad-', 'mad-')),
  },
  {
    what: 'a record that is not there',
    reason: 'cid',
    leaves: 'rejected',
    frame: altered((body) => ({
      ...body,
      ops: [{ ...body.ops[0], cid: linkTo(encodeBlock({ a: 1 }).cid) }],
    })),
  },
  {
    what: 'a commit that is not there',
    reason: 'cid',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, commit: linkTo(encodeBlock({ a: 1 }).cid) })),
  },
  {
    what: 'a commit of another repo',
    reason: 'signature',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, repo: good.did })),
  },
  {
    what: 'another rev than was signed',
    reason: 'signature',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, rev: '3kaaaaaaaaaa2' })),
  },
  {
    what: 'a rev of the year 2041',
    reason: 'decode',
    leaves: 'rev',
    frame: altered((body) => ({ ...body, rev: '3zzzzzzzzzzzz' })),
  },
  {
    what: 'a repo that nobody knows',
    reason: 'signature',
    leaves: 'key',
    frame: async (seq) => await (await createTestRepo('did:plc:cccccccccccccccccccccccc')).createFrame(seq),
  },
  {
    what: 'an operation that was not made',
    reason: 'mst',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, ops: [{ ...body.ops[0], path: `${collection}/z` }] })),
  },
  {
    what: 'an operation kept back',
    reason: 'mst',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, ops: [] })),
  },
  {
    what: 'a create called a deletion',
    reason: 'mst',
    leaves: 'rejected',
    frame: altered((body) => ({
      ...body,
      ops: [{ action: 'delete', path: body.ops[0]?.path, cid: null, prev: body.ops[0]?.cid }],
    })),
  },
  {
    what: 'another tree before',
    reason: 'mst',
    leaves: 'rejected',
    frame: altered((body) => ({ ...body, prevData: linkTo(encodeBlock({ a: 1 }).cid) })),
  },
  {
    what: 'an unknown type',
    reason: 'unknown_type',
    leaves: 'nothing',
    frame: (seq) => anyFrame('#labels', { seq, labels: [] }),
  },
  {
    what: 'a seq that has been reached before',
    reason: 'cursor',
    leaves: 'nothing',
    frame: async () => await other.createFrame(1),
  },
]

describe('a hostile relay', () => {
  let harness: Harness
  let relay: TestRelay
  let seq = 0

  before(async () => {
    relay = await TestRelay.start()
    harness = new Harness({ relay: relay.url, identity: new KnownKeys([good, other]) })
    relay.emit(++seq, await good.createFrame(seq, 'first'))
    await harness.until(seq)
  })

  after(async () => {
    await harness[Symbol.asyncDispose]()
    await relay[Symbol.asyncDispose]()
  })

  for (const { what, reason, leaves, frame } of poison) {
    it(`skips ${what} as ${reason}, and continues`, async () => {
      const counts = harness.counts('reject')
      const holes = harness.count('hole')
      relay.emit(++seq, await frame(seq))
      relay.emit(++seq, await good.createFrame(seq))
      const events = await harness.until(seq)
      const rejected = events.filter((event) => event.kind === 'rejected')
      assert.deepEqual(
        rejected.map((event) => event.reason),
        leaves === 'hole' || leaves === 'nothing' ? [] : [leaves],
      )
      for (const event of rejected) {
        assert.equal(event.seq, seq - 1)
        assert.match(event.rev, /^3[a-z2-7]{12}$/)
      }
      assert.deepEqual(
        events.filter((event) => event.kind !== 'rejected').map(({ kind, did, seq }) => ({ kind, did, seq })),
        [{ kind: 'commit', did: good.did, seq }],
      )
      assert.equal(harness.count('hole') - holes, leaves === 'hole' ? 1 : 0)
      assert.deepEqual(harness.counts('reject'), { ...counts, [reason]: (counts[reason] ?? 0) + 1 })
    })
  }

  it('tells the repo of a bad commit the rev that it claims, and that of its time where it claims none', async () => {
    const bodies = [await other.commit(create('one')), await other.commit(create('two'))]
    const [first, second] = bodies.map(({ rev, ...body }) => ({ ...body, blocks: { $bytes: 'AAAA' }, rev }))
    relay.emit(++seq, commitFrame(seq, first as CommitBody))
    relay.emit(++seq, commitFrame(seq, { ...second, rev: 'none' } as CommitBody))
    const base = { kind: 'rejected', did: other.did, timeMs: sentMs, reason: 'rejected' }
    assert.deepEqual(await harness.until(seq), [
      { ...base, seq: seq - 1, rev: first?.rev },
      { ...base, seq, rev: createTid(sentMs * 1000, 0) },
    ])
  })

  it('never reconnected for it', () => {
    assert.deepEqual(relay.cursors, ['0'])
    assert.equal(harness.firehose.connected, true)
  })
})
