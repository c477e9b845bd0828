import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Bytes, decode, fromBytes, toBytes } from '@atcute/cbor'
import { type CommitEvent, emptyTree } from '../../model/event.ts'
import { encodeBlock } from '../repo/block.ts'
import { readCar } from '../repo/car.ts'
import { cidOf, cidText, linkTo, parseCid } from '../repo/cid.ts'
import type { CommitBody } from '../repo/frames.ts'
import { importKey } from '../repo/signature.ts'
import type { Write } from '../repo/signed-repo.ts'
import { type MessageFrame, openBody, openHeader } from './frame.ts'
import { type CommitMessage, readMessage } from './message.ts'
import {
  collection,
  commitFrame,
  create,
  createTestRepo,
  remove,
  update,
  withBlocks,
  withText,
} from './testing/test-repo.ts'
import { verifyCommit } from './verify.ts'
import { type VerifyMode, verifyModes } from './verify-options.ts'

const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

function messageOf(body: CommitBody): CommitMessage {
  const frame = commitFrame(1, body)
  const { body: fields } = openBody(frame, openHeader(frame)) as MessageFrame
  return readMessage('commit', fields) as CommitMessage
}

async function createVerified(first: readonly Write[] = []) {
  const repo = await createTestRepo(did)
  const key = importKey(repo.multikey)
  if (first.length > 0) await repo.commit(...first)
  const verify = (body: CommitBody, mode: VerifyMode = 'full', strict = true) =>
    verifyCommit(messageOf(body), { mode, strict, key })
  return { ...repo, verify, data: () => repo.repo.head?.data }
}

const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => create(`r${from + index}`))

describe('verifying a commit', () => {
  it('reports what was created, changed and deleted', async () => {
    const { commit, verify, data } = await createVerified(many(20))
    const before = data()
    const body = await commit(create('new'), update('r3', 'changed'), remove('r4'))
    const event = verify(body) as CommitEvent
    assert.equal(event.data, data())
    assert.equal(event.prevData, before)
    assert.deepEqual(
      event.operations.map(({ op, collection, rkey }) => [op, collection, rkey]),
      [
        ['create', collection, 'new'],
        ['update', collection, 'r3'],
        ['delete', collection, 'r4'],
      ],
    )
    const [created] = event.operations
    assert.ok(created?.op === 'create')
    assert.equal(created.cid, body.ops[0]?.cid?.$link)
    assert.equal(cidText(cidOf(created.record)), created.cid)
    assert.equal(decode(created.record).text, 'new')
  })

  it('undoes whatever a host may do to a tree', async () => {
    const { commit, verify, data } = await createVerified()
    const present = new Set<string>()
    for (let round = 0; round < 150; round++) {
      const before = data() ?? emptyTree
      const taken = new Set<string>()
      const writes = Array.from({ length: 1 + (round % 12) }, () => randomWrite(present, taken) ?? [])
      const body = await commit(...writes.flat())
      assert.equal((verify(body) as CommitEvent).prevData, before)
    }
  })

  it('takes 200 operations', async () => {
    const { commit, verify } = await createVerified(many(200))
    const { operations } = verify(await commit(...many(200, 200))) as CommitEvent
    assert.equal(operations.length, 200)
  })

  it('knows that a first commit holds everything, and that a last deletion leaves nothing', async () => {
    const { commit, verify } = await createVerified()
    assert.equal((verify(await commit(...many(3))) as CommitEvent).prevData, emptyTree)
    const emptied = verify(await commit(remove('r0'), remove('r1'), remove('r2'))) as CommitEvent
    assert.equal(emptied.data, emptyTree)
    assert.equal((verify(await commit(create('again'))) as CommitEvent).prevData, emptyTree)
  })

  it('finds the tree before where the commit does not name it, unless that is refused', async () => {
    const { commit, verify, data } = await createVerified(many(20))
    const before = data()
    const { prevData: _, ...body } = await commit(create('new'))
    assert.equal((verify(body, 'full', false) as CommitEvent).prevData, before)
    assert.throws(() => verify(body), { reason: 'mst' })
  })

  it('takes commits of old hosts, which say nothing about what was before, unless that is refused', async () => {
    const { commit, verify } = await createVerified(many(20))
    const { prevData: _, ops, ...rest } = await commit(update('r1', 'changed'))
    const body = { ...rest, ops: ops.map(({ prev, ...op }) => op) }
    assert.equal((verify(body, 'full', false) as CommitEvent).prevData, undefined)
    assert.throws(() => verify(body), { reason: 'mst' })
  })

  for (const omitted of ['tooBig', 'rebase']) {
    it(`takes a commit that is ${omitted} for a repo whose content is not known`, async () => {
      const { commit, verify, data } = await createVerified(many(3))
      const body = { ...(await commit(create('new'))), ops: [], [omitted]: true }
      const event = verify(body)
      assert.deepEqual([event.kind, event.data], ['sync', data()])
      assert.throws(() => verify({ ...body, rev: '3zzzzzzzzzzzz' }), { reason: 'signature' })
    })
  }

  const faults: Record<
    string,
    { alter: (body: CommitBody) => CommitBody; refusedBy: readonly VerifyMode[] }
  > = {
    'a changed record': { alter: (body) => withText(body, 'text-new', 'text-old'), refusedBy: verifyModes },
    'a record that is missing': {
      alter: (body) => ({
        ...body,
        ops: body.ops.map((op) => ({ ...op, cid: linkTo(encodeBlock({}).cid) })),
      }),
      refusedBy: verifyModes,
    },
    'another did': { alter: (body) => ({ ...body, repo: 'did:web:else.example' }), refusedBy: verifyModes },
    'a changed signature': {
      alter: (body) => changeCommit(body, ({ sig }) => ({ sig: toBytes(fromBytes(sig).toReversed()) })),
      refusedBy: ['full', 'signature'],
    },
    'another revision': {
      alter: (body) => changeCommit({ ...body, rev: '3zzzzzzzzzzzz' }, () => ({ rev: '3zzzzzzzzzzzz' })),
      refusedBy: ['full', 'signature'],
    },
    'a record under another key': {
      alter: (body) => ({ ...body, ops: body.ops.map((op) => ({ ...op, path: `${collection}/other` })) }),
      refusedBy: ['full'],
    },
    'an operation kept back': { alter: (body) => ({ ...body, ops: [] }), refusedBy: ['full'] },
  }
  for (const [what, { alter, refusedBy }] of Object.entries(faults)) {
    for (const mode of verifyModes) {
      it(`${refusedBy.includes(mode) ? 'refuses' : 'does not see'} ${what} in the mode ${mode}`, async () => {
        const { commit, verify } = await createVerified(many(5))
        const body = alter(await commit(create('new', 'text-new')))
        const run = () => verify(body, mode)
        if (refusedBy.includes(mode)) assert.throws(run, { reason: /^(cid|signature|mst)$/ })
        else assert.equal(run().kind, 'commit')
      })
    }
  }

  it('believes what a commit claims of the tree before where it does not verify it', async () => {
    const { commit, verify, data } = await createVerified(many(5))
    const before = data()
    const body = await commit(create('new'))
    for (const mode of ['signature', 'none'] as const)
      assert.equal((verify(body, mode) as CommitEvent).prevData, before)
  })
})

/** Changes fields of the signed commit, and gives the new block the CID that fits. */
function changeCommit(body: CommitBody, change: (commit: { sig: Bytes }) => object): CommitBody {
  const { blocks } = readCar(Buffer.from(fromBytes(body.blocks)))
  const commit = decode(blocks.get(parseCid(body.commit.$link)) as Buffer)
  const changed = encodeBlock({ ...commit, ...change(commit) })
  return withBlocks({ ...body, commit: linkTo(changed.cid) }, changed)
}

/** Something that can be done to one of 300 records; `present` follows what is there. */
function randomWrite(present: Set<string>, taken: Set<string>): Write | undefined {
  const rkey = `k${Math.floor(Math.random() * 300)}`
  if (taken.has(rkey)) return undefined
  taken.add(rkey)
  if (!present.has(rkey)) {
    present.add(rkey)
    return create(rkey)
  }
  if (Math.random() < 0.4) return update(rkey, String(Math.random()))
  present.delete(rkey)
  return remove(rkey)
}
