// What it costs to prove operations by their inclusion in the signed tree, as commits of old hosts need it, as a share of
// ingest: from the frame into SQLite, in the same process and in turns.
// usage: node bench/ingest/inclusion.ts [--records 2000] [--commits 5000] [--rounds 9]
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openStores } from '../../src/compose/stores.ts'
import { Indexer } from '../../src/flow/indexing/indexer.ts'
import { Ingest } from '../../src/flow/ingest/ingest.ts'
import { type MessageFrame, openBody, openHeader } from '../../src/net/firehose/frame.ts'
import { type CommitMessage, readMessage } from '../../src/net/firehose/message.ts'
import { previousTree, provenBy } from '../../src/net/firehose/proof.ts'
import { verifyFrame } from '../../src/net/firehose/verify-frame.ts'
import type { VerifyOptions } from '../../src/net/firehose/verify-options.ts'
import type { Blocks } from '../../src/net/repo/block.ts'
import { readCar } from '../../src/net/repo/car.ts'
import { readCommit, type SignedCommit } from '../../src/net/repo/commit.ts'
import { importKey } from '../../src/net/repo/signature.ts'
import { Database } from '../../src/state/database.ts'
import { createSample } from '../firehose/sample.ts'

const { values: flags } = parseArgs({
  options: {
    records: { type: 'string', default: '2000' },
    commits: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '9' },
  },
})

interface Opened {
  readonly message: CommitMessage
  readonly blocks: Blocks
  readonly commit: SignedCommit
}

const { frames, multikey } = await createSample(Number(flags.records), Number(flags.commits))
const key = importKey(multikey)
const options: VerifyOptions = { mode: 'full', strict: false, key }
const opened = frames.map((frame): Opened => {
  const { body } = openBody(frame, openHeader(frame)) as MessageFrame
  const message = readMessage('commit', body) as CommitMessage
  const { blocks } = readCar(message.blocks)
  return { message, blocks, commit: readCommit(blocks, message.commit) }
})

const ofOldHosts = opened.map(({ message, ...rest }): Opened => {
  const { prevData: _, ...others } = message
  const operations = message.operations.map(({ prev: _, ...operation }) => operation)
  return { message: { ...others, operations }, ...rest }
})

const written = new Set<string>()
for (const { key, cid } of opened.flatMap(({ message }) => message.operations)) {
  if (cid === undefined) written.delete(key)
  else written.add(key)
}

async function prove(commits: readonly Opened[]): Promise<void> {
  for (const { message, blocks, commit } of commits) {
    const prevData = previousTree(message, message.operations, commit, blocks, options)
    check(message, provenBy(commit, blocks, prevData, options))
  }
}

async function include(): Promise<void> {
  for (const { message, blocks, commit } of opened)
    check(message, provenBy(commit, blocks, undefined, options))
}

function check({ operations }: CommitMessage, isProven: ReturnType<typeof provenBy>): void {
  if (!operations.every(isProven)) throw new Error('an operation is not proven')
}

/** Takes the frames as they are into a database of its own. */
async function ingest(): Promise<void> {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'bench-inclusion-'))
  using database = new Database({ dir: folder.path })
  const { streams, storage, search } = openStores(database)
  async function* source() {
    for (let seq = 0; seq < frames.length; seq += 500) {
      const events = frames.slice(seq, seq + 500).map((frame) => verifyFrame(frame, key))
      yield { events, seq: seq + events.length }
    }
  }
  const ingested = new Ingest({ source: source(), host: 'bench', streams }).run()
  const stop = new AbortController()
  const indexed = new Indexer({ streams, storage, search, drainMs: 600_000 }).run(stop.signal)
  await ingested
  stop.abort()
  await indexed
  const { records } = await storage.totals()
  if (records !== written.size) throw new Error(`${records} records are stored, not ${written.size}`)
}

/** CPU of all threads, in µs for each commit. */
async function measure(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / frames.length
}

const works = {
  'ingest, from the frame into SQLite': ingest,
  'of it: operations undone, to the tree that was named': () => prove(opened),
  'of old hosts: undone, or by inclusion where that cannot be': () => prove(ofOldHosts),
  'all by inclusion': include,
}
// The best of all rounds: what else runs on the machine only ever adds.
const best = new Map<string, number>()
for (let round = 0; round < Number(flags.rounds); round++)
  for (const [name, work] of Object.entries(works))
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, await measure(work)))

const [whole = Number.NaN] = best.values()
console.log('| CPU of one commit | µs | of ingest |')
console.log('| --- | ---: | ---: |')
for (const [name, us] of best)
  console.log(`| ${name} | ${us.toFixed(1)} | ${((us / whole) * 100).toFixed(1)} % |`)
