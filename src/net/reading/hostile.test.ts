import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { create as createTid } from '@atcute/tid'
import { type Block, blockOf, encodeBlock } from '../repo/block.ts'
import { type Cid, cidOf } from '../repo/cid.ts'
import { layerOf, type Node } from '../repo/node.ts'
import { encodeNode } from '../repo/node-writer.ts'
import { carOf, commitOf, inChunks, keyOf, type MadeRepo, makeRepo, somePosts } from './testing/made-repo.ts'
import { createPlace, readerAt, readWith, type TestPlace } from './testing/read.ts'

const cidFor = (key: string): Cid => cidOf(Buffer.from(key))
const keys = Array.from({ length: 3000 }, (_, index) => `a.b.c/${keyOf(index)}`).sort()
const [low = '', high = ''] = [
  keys.find((key) => layerOf(key) === 0),
  keys.findLast((key) => layerOf(key) === 0),
]
const [raised = ''] = keys.filter((key) => layerOf(key) === 1 && key > low && key < high)

describe('a repo that breaks the rules', () => {
  let inMemory: TestPlace
  let inFile: TestPlace
  let repo: MadeRepo
  let car: Uint8Array

  before(async () => {
    inMemory = createPlace()
    inFile = createPlace({ memoryBytes: 5000 })
    repo = await makeRepo(somePosts(200))
    car = carOf(repo, repo.blocks)
  })

  after(() => {
    inMemory[Symbol.dispose]()
    inFile[Symbol.dispose]()
  })

  async function refused(file: Uint8Array, expected: object, options = {}, made = repo): Promise<void> {
    for (const place of [inMemory, inFile])
      await assert.rejects(readWith(readerAt(place), made, file, options), expected)
  }

  it('is refused when it is cut off, wherever that is', async () => {
    const blocksEnd = new Set<number>()
    for (let count = 0; count <= repo.blocks.length; count++)
      blocksEnd.add(carOf(repo, repo.blocks.slice(0, count)).length)
    const [whole, ...cuts] = [car.length, 0, 1, 58, 59, 60, 100, 300, 5000, 5001, 20_000, car.length - 1]
    assert.ok(blocksEnd.has(whole))
    for (const cut of cuts)
      await refused(
        car.subarray(0, cut),
        blocksEnd.has(cut) ? { name: 'MissingBlock' } : { name: 'Rejection', reason: 'decode' },
      )
  })

  it('is refused when it is something else', async () => {
    await refused(Buffer.from('<html>'.repeat(1000)), { name: 'Rejection', reason: 'decode' })
    await refused(Buffer.from('{"error":"RepoNotFound"}'), { name: 'Rejection', reason: 'decode' })
  })

  it('is refused when the file names no root', async () => {
    const header = Buffer.from('11a265726f6f7473806776657273696f6e01', 'hex')
    await refused(header, { reason: 'cid', message: /does not say/ })
  })

  it('is refused when a block does not hash to its CID', async () => {
    for (const at of [70, 400, 5000, car.length - 1]) {
      const altered = Buffer.from(car)
      altered[at] = (altered[at] as number) ^ 1
      await assert.rejects(readWith(readerAt(inFile), repo, altered), { name: 'Rejection' })
    }
    const altered = Buffer.from(car)
    altered[car.length - 1] = (altered[car.length - 1] as number) ^ 1
    await refused(altered, { name: 'Rejection', reason: 'cid' })
  })

  it('is refused when its root is no commit', async () => {
    const [node] = repo.nodes as [Block]
    for (const root of [node, [...repo.records.values()][0] as Block])
      await refused(carOf({ commit: root }, repo.blocks), { name: 'Rejection', reason: 'decode' })
  })

  it('is refused when the commit is not in its one form', async () => {
    const commit = blockOf(Buffer.concat([repo.commit.bytes, Buffer.of(0)]))
    await refused(carOf({ commit }, [commit, ...repo.blocks]), { name: 'Rejection', reason: 'decode' })
  })

  it('is told apart when another key has signed it', async () => {
    const multikey = 'zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme'
    await refused(car, { name: 'WrongKey', reason: 'signature' }, {}, { ...repo, multikey })
  })

  it('is refused when the key is none', async () => {
    await refused(car, { name: 'InvalidError' }, {}, { ...repo, multikey: 'zoo' })
  })

  it('is refused when something of the commit was changed after it was signed', async () => {
    const commit = blockOf(Buffer.from(repo.commit.bytes))
    const at = Buffer.from(commit.bytes).indexOf(repo.rev)
    Buffer.from(commit.bytes.buffer, commit.bytes.byteOffset).write('4', at)
    const forged = blockOf(commit.bytes)
    await refused(carOf({ commit: forged }, [forged, ...repo.blocks]), { name: 'WrongKey' })
  })

  it('is refused when it is that of another DID', async () => {
    await refused(
      car,
      { reason: 'signature', message: /another DID/ },
      { did: 'did:plc:elseaaaaaaaaaaaaaaaaaaaa' },
    )
  })

  it('is refused when its revision is no TID', async () => {
    const made = await makeRepo([], { rev: 'now' })
    await refused(carOf(made, made.blocks), { reason: 'decode', message: /not a TID/ }, {}, made)
  })

  it('is refused when its revision is too far ahead of the time', async () => {
    const revIn = (minutes: number) => createTid((Date.now() + minutes * 60_000) * 1000, 1)
    const early = await makeRepo([], { rev: revIn(10) })
    await refused(carOf(early, early.blocks), { name: 'Rejection', reason: 'rev' }, {}, early)
    await readWith(readerAt(inMemory), early, carOf(early, early.blocks), { maxAheadMs: 3_600_000 })
    const soon = await makeRepo([], { rev: revIn(2) })
    await readWith(readerAt(inMemory), soon, carOf(soon, soon.blocks))
  })

  it('is a conflict when it is older than what is known', async () => {
    await refused(car, { name: 'ConflictError', type: 'conflict' }, { minRev: `${repo.rev.slice(0, -1)}z` })
    await readWith(readerAt(inMemory), repo, car, { minRev: repo.rev })
  })

  const lengths: Readonly<Record<string, [bytes: number[], reason: string]>> = {
    'never ends': [[0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 'decode'],
    'is larger than a block may be': [[0xff, 0xff, 0xff, 0x7f], 'size'],
    'is zero': [[0], 'decode'],
    'is shorter than a CID': [[35, ...Array(35).fill(1)], 'decode'],
    'is followed by another kind of CID': [[40, 0x12, 0x20, ...Array(38).fill(1)], 'decode'],
  }
  for (const [what, [bytes, reason]] of Object.entries(lengths)) {
    it(`is refused when a length ${what}`, async () => {
      await refused(Buffer.concat([car, Buffer.from(bytes)]), { name: 'Rejection', reason })
    })
  }

  it('is refused as soon as a limit is passed', async () => {
    let given = 0
    async function* endless() {
      for (;;) {
        given++
        yield car
      }
    }
    for (const limits of [{ maxBytes: 300_000 }, { maxBlocks: 500 }, { maxBlockBytes: 100 }])
      await assert.rejects(readWith(readerAt(inFile), repo, endless(), limits), { name: 'Rejection' })
    assert.ok(given < 30, `${given} chunks were taken`)
    await refused(car, { reason: 'size', message: /blocks/ }, { maxBlocks: repo.blocks.length - 1 })
    await refused(car, { reason: 'size', message: /bytes/ }, { maxBytes: car.length - 1 })
    await readWith(readerAt(inMemory), repo, car, { maxBytes: car.length, maxBlocks: repo.blocks.length })
  })

  const leaf = (...own: readonly string[]): Node => ({
    layer: 0,
    keys: [...own],
    values: own.map(cidFor),
    subtrees: [null, ...own.map(() => null)],
  })
  const above = (left: Node | null, right: Node | null): Node => ({
    layer: 1,
    keys: [raised],
    values: [cidFor(raised)],
    subtrees: [left, right],
  })
  const trees: Readonly<Record<string, Node>> = {
    'keys before those of their subtree': above(leaf(high), null),
    'keys after those of their subtree': above(null, leaf(low)),
    'a subtree that reaches past the next key': above(leaf(low, high), null),
    'a subtree that stands twice': above(leaf(low), leaf(low)),
    'a key in a layer that is not its own': leaf(low, raised),
    'an empty node below another': above(leaf(), null),
  }
  for (const [what, top] of Object.entries(trees)) {
    it(`is refused when its tree has ${what}`, async () => {
      const nodes: Block[] = []
      const root = blockOf(
        Buffer.from(encodeNode(top, (_, bytes) => nodes.push(blockOf(Buffer.from(bytes))))),
      )
      const records = [low, high, raised].map((key) => blockOf(Buffer.from(key)))
      const commit = await commitOf(root.cid)
      await refused(carOf({ commit }, [commit, root, ...nodes, ...records]), {
        name: 'Rejection',
        reason: 'mst',
      })
    })
  }

  it('is refused when a node is not in its one form', async () => {
    for (const bytes of ['a2616580616cf6ff', 'a2616580616cf7', 'a1616580', 'a261659800616cf6']) {
      const node = blockOf(Buffer.from(bytes, 'hex'))
      const commit = await commitOf(node.cid)
      await refused(carOf({ commit }, [commit, node]), { name: 'Rejection' })
    }
  })

  it('lacks a block whose bytes come under another CID', async () => {
    const [lost, ...held] = repo.blocks.toReversed() as [Block, ...Block[]]
    const raw = { ...lost, cid: lost.cid.replace('\x71', '\x55') }
    await refused(carOf(repo, [raw, ...held]), { name: 'MissingBlock' })
  })

  it('is refused when what was asked for is wrong', async () => {
    const held = carOf(repo, repo.blocks.slice(0, -10))
    const answers: readonly (readonly [Uint8Array, object])[] = [
      [Buffer.from('<html>'), { name: 'Rejection', reason: 'decode' }],
      [car.subarray(0, 1000), { name: 'Rejection', reason: 'decode' }],
      [carOf(repo, [encodeBlock('another')]), { name: 'MissingBlock' }],
    ]
    for (const [answer, expected] of answers)
      await refused(held, expected, { onMissing: () => inChunks(answer) })
  })

  it('fails with what its chunks throw', async () => {
    const broken = new Error('connection reset')
    async function* breaking() {
      yield car.subarray(0, 20_000)
      throw broken
    }
    for (const place of [inMemory, inFile])
      await assert.rejects(readWith(readerAt(place), repo, breaking()), broken)
  })

  it('ends when it is told to', async () => {
    const abort = new AbortController()
    async function* aborting() {
      yield car.subarray(0, 20_000)
      abort.abort()
      yield car.subarray(20_000)
    }
    for (const place of [inMemory, inFile])
      await assert.rejects(readWith(readerAt(place), repo, aborting(), { signal: abort.signal }), {
        name: 'AbortError',
      })
  })
})
