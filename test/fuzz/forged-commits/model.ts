import { encode, fromBytes } from '@atcute/cbor'
import type { Random } from '../../../src/demo/random.ts'
import type { Did } from '../../../src/model/did.ts'
import { RawRepo, type RawWrite } from '../../../src/net/firehose/testing/raw-repo.ts'
import type { Block } from '../../../src/net/repo/block.ts'
import { readCar } from '../../../src/net/repo/car.ts'
import { type Cid, cidOf, parseCid } from '../../../src/net/repo/cid.ts'
import type { CommitBody } from '../../../src/net/repo/frames.ts'
import { type Content, contentOf, type NodeBlocks } from './signed-tree.ts'

/** A state of a repo that its key has signed. */
export interface Signed {
  readonly rev: string
  /** The root of the tree. */
  readonly data: Cid
  /** The CID of each record by its path, as the writes have made it; undefined where the root is not that of a tree. */
  readonly content: Content | undefined
}

export interface HonestCommit extends Signed {
  readonly content: Content
  readonly body: CommitBody
}

export interface HonestRepo {
  readonly did: Did
  readonly multikey: string
  readonly commits: readonly HonestCommit[]
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** Repos that live honestly, and everything of them that a forger may have collected. */
export interface Model {
  readonly repos: readonly HonestRepo[]
  /** Every block that was ever sent, and the same as a list. */
  readonly blocks: NodeBlocks
  readonly allBlocks: readonly Block[]
  /** Every record that there is, or was. */
  readonly records: readonly Cid[]
  /** Somebody whose key is that of no repo. */
  readonly stranger: Pick<HonestRepo, 'did' | 'sign'>
}

/** @throws when what the model knows of a repo is not what the tree shows that its key has signed. */
export async function createModel(random: Random): Promise<Model> {
  const blocks = new Map<Cid, Uint8Array>()
  const repos: HonestRepo[] = []
  for (const name of ['a', 'b']) {
    const repo = await RawRepo.create(`did:plc:${name.repeat(24)}`)
    const commits: HonestCommit[] = []
    for (let number = 0; number < commitsPerRepo; number++) {
      const before = commits.at(-1)?.content ?? new Map<string, Cid>()
      const writes = number === 0 ? firstWrites(name) : laterWrites(random, before, number)
      const body = await repo.commit(...writes)
      for (const [cid, bytes] of readCar(Buffer.from(fromBytes(body.blocks))).blocks) blocks.set(cid, bytes)
      commits.push({ rev: body.rev, data: parseCid(repo.data), content: applied(before, writes), body })
    }
    for (const { data, content } of commits) checkContent(contentOf(blocks, data), content)
    const { did, multikey } = repo
    repos.push({ did, multikey, commits, sign: (bytes) => repo.sign(bytes) })
  }
  const allBlocks = Array.from(blocks, ([cid, bytes]) => ({ cid, bytes }))
  const contents = repos.flatMap(({ commits }) => commits.map(({ content }) => content))
  const records = [...new Set(contents.flatMap((content) => [...content.values()]))]
  return { repos, blocks, allBlocks, records, stranger: await RawRepo.create('did:web:stranger.example') }
}

const commitsPerRepo = 12
const collections = ['app.bsky.feed.post', 'app.bsky.feed.like', 'org.example.note'] as const

/** Enough for a tree of several levels. */
function firstWrites(repo: string): RawWrite[] {
  return Array.from({ length: 120 }, (_, at) =>
    write(`${collections[at % 3]}/r${at}`, `the record ${at} of ${repo}`),
  )
}

function laterWrites(random: Random, before: ReadonlyMap<string, Cid>, number: number): RawWrite[] {
  const paths = [...before.keys()]
  const writes = new Map<string, RawWrite>()
  for (let count = 1 + random.int(6); count > 0; count--) {
    const isNew = random.next() < 0.4
    const path = isNew ? `${random.pick(collections)}/n${random.int(1000)}` : random.pick(paths)
    // Now and then two repos, or two records, have the same content.
    const text = random.next() < 0.2 ? 'the same as others' : `number ${number}, ${random.int(1e9)}`
    writes.set(path, random.next() < 0.3 && before.has(path) ? { path } : write(path, text))
  }
  return [...writes.values()]
}

function write(path: string, text: string): RawWrite {
  return { path, bytes: encode({ $type: path.slice(0, path.indexOf('/')), text }) }
}

function applied(before: Content, writes: readonly RawWrite[]): Content {
  const after = new Map(before)
  for (const { path, bytes } of writes) {
    if (bytes) after.set(path, cidOf(bytes))
    else after.delete(path)
  }
  return after
}

function checkContent(shown: Content | undefined, made: Content): void {
  const isSame = shown?.size === made.size && shown.entries().every(([path, cid]) => made.get(path) === cid)
  if (!isSame) throw new Error('the tree of the model does not show what was written')
}
