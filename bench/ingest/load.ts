// A relay and directory with a history made beforehand, in a process of its own, so that making it costs the
// measured process nothing. Prints what it serves as one line of JSON, then a line for each subscriber that comes;
// ends when its standard input does.
// usage: node load.ts COMMITS
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { argv, stdin } from 'node:process'
import { create as createTid } from '@atcute/tid'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Account } from '../../src/demo/accounts.ts'
import { createRandom } from '../../src/demo/random.ts'
import { createPost } from '../../src/demo/text.ts'
import type { Did } from '../../src/model/did.ts'
import { didDocument } from '../../src/model/did-document.ts'
import { messageFrame } from '../../src/net/repo/frames.ts'
import { SignedRepo, type Write } from '../../src/net/repo/signed-repo.ts'
import { importSigningKey, type SigningKey } from '../../src/net/repo/signing-key.ts'
import { Tree } from '../../src/net/repo/tree.ts'

export interface Load {
  readonly url: string
  /** Begin after this: what comes before has filled the repos, so that their trees are of a size met in practice. */
  readonly cursor: number
  readonly lastSeq: number
  /** Between the two, each with one operation. */
  readonly commits: number
  /** Records that are there in the end for those who began at the cursor. */
  readonly records: number
}

interface Writer {
  readonly did: Did
  readonly key: SigningKey
  readonly repo: SignedRepo
  /** Record keys that are there now. */
  readonly posts: string[]
}

const repoCount = 40
const filledRecords = 400
const random = createRandom('bench/ingest')
const startMs = Date.UTC(2026, 0, 1)

const writers = await Promise.all(Array.from({ length: repoCount }, createWriter))
const frames: Uint8Array[] = []
let keys = 0
/** Addresses of what was written since the repos were filled, and not deleted again. */
const written = new Set<string>()
for (const writer of writers) {
  for (let filled = 0; filled < filledRecords; filled += 200) {
    await commit(
      writer,
      Array.from({ length: 200 }, () => createWrite(writer)),
    )
  }
}
written.clear()
const filledFrames = frames.length
for (let made = 0; made < Number(argv[2]); made++) {
  const writer = random.pick(writers)
  const chance = random.next()
  await commit(writer, [
    chance < 0.8 ? createWrite(writer) : chance < 0.9 ? updateWrite(writer) : deleteWrite(writer),
  ])
}

const server = createServer((request, response) => {
  const writer = writers.find(
    ({ did }) => request.url === `/${encodeURIComponent(did)}` || request.url === `/${did}`,
  )
  if (writer === undefined) return response.writeHead(404).end()
  const account = { did: writer.did, handle: `${writer.did.slice(8, 16)}.test` } as Account
  response.setHeader('content-type', 'application/did+ld+json')
  response.end(JSON.stringify(didDocument(account, writer.key.multikey, new URL(url()))))
})
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket, request) => {
  const cursor = Number(new URL(request.url ?? '', url()).searchParams.get('cursor') ?? filledFrames)
  console.log('subscribed')
  pump(socket, cursor)
})
server.listen(0, '127.0.0.1', () => {
  const load: Load = {
    url: url(),
    cursor: filledFrames,
    lastSeq: frames.length,
    commits: frames.length - filledFrames,
    records: written.size,
  }
  console.log(JSON.stringify(load))
})
stdin.resume().on('end', () => process.exit())

async function createWriter(_: unknown, index: number): Promise<Writer> {
  const key = await importSigningKey(random.bytes(32))
  const did: Did = `did:plc:${'abcdefghijklmnopqrstuvwx'.slice(0, 22)}${'abcdefghij'[index % 10]}${'abcdefghij'[Math.floor(index / 10)]}`
  return { did, key, repo: new SignedRepo({ did, key, tree: Tree.build([]) }), posts: [] }
}

async function commit({ did, repo }: Writer, writes: readonly Write[]): Promise<void> {
  const timeMs = startMs + frames.length * 10
  const { body } = await repo.commit(writes, createTid(timeMs * 1000, 1))
  frames.push(messageFrame({ type: '#commit', body }, frames.length + 1, timeMs))
  for (const { action, rkey } of writes) {
    if (action === 'delete') written.delete(`${did}/${rkey}`)
    else written.add(`${did}/${rkey}`)
  }
}

function createWrite({ posts }: Writer): Write {
  const rkey = createTid(startMs * 1000 + keys++ * 1000, 2)
  posts.push(rkey)
  return { action: 'create', collection: 'app.bsky.feed.post', rkey, record: createRecord() }
}

function updateWrite({ posts }: Writer): Write {
  return {
    action: 'update',
    collection: 'app.bsky.feed.post',
    rkey: random.pick(posts),
    record: createRecord(),
  }
}

function deleteWrite({ posts }: Writer): Write {
  const [rkey = ''] = posts.splice(random.int(posts.length), 1)
  return { action: 'delete', collection: 'app.bsky.feed.post', rkey }
}

function createRecord() {
  const createdAt = new Date(startMs + frames.length * 10).toISOString()
  return { $type: 'app.bsky.feed.post', ...createPost(random), createdAt, nonce: random.int(2 ** 30) }
}

/** Sends as fast as the other side takes it. */
function pump(socket: WebSocket, from: number): void {
  for (let seq = from; seq < frames.length; seq++) {
    const frame = frames[seq] as Uint8Array
    if (socket.bufferedAmount < 1_000_000) {
      socket.send(frame)
      continue
    }
    socket.send(frame, (error) => {
      if (!error) pump(socket, seq + 1)
    })
    return
  }
}

function url(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
