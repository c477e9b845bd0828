import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { create as createTid } from '@atcute/tid'
import { createRandom, type Random } from '../../src/demo/random.ts'
import { createPost } from '../../src/demo/text.ts'
import type { Did } from '../../src/model/did.ts'
import { type Block, encodeBlock } from '../../src/net/repo/block.ts'
import { writeCar } from '../../src/net/repo/car.ts'
import { cidText, parseCid } from '../../src/net/repo/cid.ts'
import { signCommit } from '../../src/net/repo/commit.ts'
import { importSigningKey } from '../../src/net/repo/signing-key.ts'
import { Tree } from '../../src/net/repo/tree.ts'

/** A repo whose file is `INDEX.car` in the folder of its network. */
export interface NetworkRepo {
  readonly did: Did
  readonly multikey: string
  readonly rev: string
  readonly cid: string
}

export interface NetworkSize {
  readonly repos: number
  /** Of each repo. */
  readonly records: number
}

/**
 * Makes repos as people have them, posts, likes and follows, signed, as files in a folder. What is there already is
 * taken as it is.
 */
export async function makeNetwork(folder: string, { repos, records }: NetworkSize): Promise<NetworkRepo[]> {
  const list = join(folder, 'repos.json')
  if (existsSync(list)) return JSON.parse(readFileSync(list, 'utf8')) as NetworkRepo[]
  mkdirSync(folder, { recursive: true })
  const made: NetworkRepo[] = []
  for (let index = 0; index < repos; index++) {
    const { car, ...repo } = await makeRepo(index, repos, records)
    writeFileSync(join(folder, `${index}.car`), car)
    made.push(repo)
  }
  writeFileSync(`${list}.new`, JSON.stringify(made))
  renameSync(`${list}.new`, list)
  return made
}

/** The DID of the repo with this number. */
export function didOf(index: number): Did {
  return `did:plc:${hash('sha256', `bench/backfill ${index}`, 'buffer')
    .subarray(0, 15)
    .toString('hex')
    .slice(0, 24)
    .replaceAll(/[0189]/g, 'z')}`
}

async function makeRepo(
  index: number,
  repos: number,
  count: number,
): Promise<NetworkRepo & { readonly car: Uint8Array }> {
  const random = createRandom(`bench/backfill ${index}`)
  const did = didOf(index)
  const { sign, multikey } = await importSigningKey(random.bytes(32))
  const records = Array.from({ length: count }, (_, made): [string, Block] => {
    const timeMs = startMs + made * 600_000 + random.int(500_000)
    const record: { readonly $type: string } = createRecord(random, new Date(timeMs), repos)
    return [`${record.$type}/${createTid(timeMs * 1000, 1)}`, encodeBlock(record)]
  }).sort(([one], [other]) => (one < other ? -1 : 1))
  const tree = Tree.build(records.map(([path, { cid }]) => [path, cid]))
  const rev = createTid((startMs + count * 600_000) * 1000, 1)
  const commit = await signCommit({ did, rev, data: parseCid(tree.root) }, async (bytes) => sign(bytes))
  const blocks = new Map(
    [commit, ...tree.nodes(), ...records.map(([, block]) => block)].map((block) => [block.cid, block]),
  )
  return { did, multikey, rev, cid: cidText(commit.cid), car: writeCar(commit.cid, blocks.values()) }
}

function createRecord(random: Random, time: Date, repos: number) {
  const createdAt = time.toISOString()
  const other = didOf(random.int(repos))
  const chance = random.next()
  if (chance < 0.3) return { $type: 'app.bsky.feed.post', ...createPost(random), createdAt }
  if (chance < 0.45) return { $type: 'app.bsky.graph.follow', subject: other, createdAt }
  const uri = `at://${other}/app.bsky.feed.post/${createTid((startMs + random.int(2 ** 30)) * 1000, 1)}`
  return { $type: 'app.bsky.feed.like', subject: { uri, cid: someCids[random.int(100)] }, createdAt }
}

const startMs = Date.UTC(2023, 0, 1)
const someCids = Array.from({ length: 100 }, (_, index) => cidText(encodeBlock(`some ${index}`).cid))
