import { randomBytes } from 'node:crypto'
import { create as createTid } from '@atcute/tid'
import type { Did } from '../../src/model/did.ts'
import { messageFrame } from '../../src/net/repo/frames.ts'
import { SignedRepo, type Write } from '../../src/net/repo/signed-repo.ts'
import { importSigningKey } from '../../src/net/repo/signing-key.ts'
import { Tree } from '../../src/net/repo/tree.ts'

export interface Sample {
  readonly did: Did
  readonly multikey: string
  readonly frames: readonly Buffer[]
}

/** The commits of a repo that already holds `records`, each with one operation. */
export async function createSample(records: number, commits: number): Promise<Sample> {
  const key = await importSigningKey(randomBytes(32))
  const did: Did = 'did:plc:abcdefghijklmnopqrstuvwx'
  const repo = new SignedRepo({ did, key, tree: Tree.build([]) })
  let microseconds = 1_700_000_000_000_000
  const next = () => createTid(microseconds++, 0)
  const keys: string[] = []
  const create = (): Write => {
    keys.push(next())
    return { action: 'create', collection, rkey: keys.at(-1) as string, record: post() }
  }
  for (let count = 0; count < records; count += 100)
    await repo.commit(Array.from({ length: 100 }, create), next())
  const frames: Buffer[] = []
  for (let seq = 1; seq <= commits; seq++) {
    const { body } = await repo.commit([seq % 10 === 0 ? change(keys, seq) : create()], next())
    frames.push(Buffer.from(messageFrame({ type: '#commit', body }, seq, Date.now())))
  }
  return { did, multikey: key.multikey, frames }
}

const collection = 'app.bsky.feed.post'

const post = () => ({
  $type: collection,
  text: `As long as a usual post is, with a number in it: ${Math.random()}`,
  langs: ['en'],
  createdAt: new Date().toISOString(),
})

function change(keys: string[], seq: number): Write {
  const rkey = keys.splice(Math.floor(Math.random() * keys.length), 1)[0] as string
  return seq % 20 === 0
    ? { action: 'delete', collection, rkey }
    : { action: 'update', collection, rkey, record: post() }
}
