// A PDS and directory whose repos were made beforehand, in a process of its own, so that making and serving them costs
// the measured process nothing. It is a relay as well, of accounts that it does not list: they write at a rate from
// the moment that somebody subscribes. Prints what it serves as one line of JSON, then `listed` when somebody begins to
// list the repos, and `probe DID RKEY TIME` for some of the records that are written, TIME being when. Takes `delete`,
// which deletes the listed accounts, and `accounts N`, which deactivates as many others, as lines; ends when its standard
// input does.
// usage: node load.ts FOLDER REPOS RECORDS EVENTS_PER_SECOND
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { argv, stdin } from 'node:process'
import { createInterface } from 'node:readline'
import { create as createTid } from '@atcute/tid'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Account } from '../../src/demo/accounts.ts'
import { createRandom } from '../../src/demo/random.ts'
import { createPost } from '../../src/demo/text.ts'
import type { Did } from '../../src/model/did.ts'
import { didDocument } from '../../src/model/did-document.ts'
import { messageFrame } from '../../src/net/repo/frames.ts'
import { SignedRepo } from '../../src/net/repo/signed-repo.ts'
import { importSigningKey } from '../../src/net/repo/signing-key.ts'
import { Tree } from '../../src/net/repo/tree.ts'
import { didOf, makeNetwork } from './network.ts'

export interface Load {
  readonly url: string
  readonly repos: number
  readonly records: number
}

const [folder = '', repos = '0', records = '0', rate = '0'] = argv.slice(2)
const random = createRandom('bench/backfill live')
const network = await makeNetwork(folder, { repos: Number(repos), records: Number(records) })
const indexes = new Map(network.map(({ did }, index) => [did, index]))
const keys = new Map(network.map(({ did, multikey }) => [did, multikey]))
const writers = await Promise.all(Array.from({ length: 40 }, (_, index) => createWriter(index)))
const frames: Uint8Array[] = []
const sockets = new Set<WebSocket>()
for (const writer of writers) await write(writer)

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', url())
  const did = (searchParams.get('did') ?? decodeURIComponent(pathname.slice(1))) as Did
  const index = indexes.get(did)
  const json = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (pathname === '/xrpc/com.atproto.sync.listRepos') {
    const from = Number(searchParams.get('cursor') || 0)
    if (from === 0) console.log('listed')
    const to = from + Number(searchParams.get('limit') ?? 500)
    const page = network.slice(from, to).map(({ did, rev, cid }) => ({ did, rev, head: cid, active: true }))
    json(200, { repos: page, ...(page.length > 0 && { cursor: String(from + page.length) }) })
  } else if (pathname.startsWith('/did:') || pathname.startsWith('/did%3A')) {
    const multikey = keys.get(did)
    if (multikey === undefined) return json(404, { message: 'DID not registered' })
    const account = { did, handle: `${did.slice(8, 20)}.test` } as Account
    json(200, didDocument(account, multikey, new URL(url())))
  } else if (index === undefined) json(400, { error: 'RepoNotFound', message: 'no such repo' })
  else if (pathname === '/xrpc/com.atproto.sync.getLatestCommit') json(200, network[index] ?? {})
  else if (pathname === '/xrpc/com.atproto.sync.getRepo') {
    response.writeHead(200, { 'content-type': 'application/vnd.ipld.car' })
    createReadStream(join(folder, `${index}.car`)).pipe(response)
  } else json(501, { error: 'MethodNotImplemented', message: pathname })
})
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  for (const frame of frames) socket.send(frame)
  if (sockets.size === 0) setInterval(writeMore, 20)
  sockets.add(socket.on('close', () => sockets.delete(socket)))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const load: Load = { url: url(), repos: network.length, records: network.length * Number(records) }
  console.log(JSON.stringify(load))
})
createInterface({ input: stdin })
  .on('line', (line) => {
    const [word, count] = line.split(' ')
    if (word === 'delete') for (const { did } of network) account(did, 'deleted')
    if (word === 'accounts')
      for (let index = 0; index < Number(count); index++) account(didOf(2_000_000 + index), 'deactivated')
  })
  .on('close', () => process.exit())

function account(did: Did, status: string): void {
  const timeMs = Date.now()
  const frame = messageFrame(
    { type: '#account', body: { did, active: false, status } },
    frames.length + 1,
    timeMs,
  )
  frames.push(frame)
  for (const socket of sockets) socket.send(frame)
}

async function createWriter(index: number) {
  const key = await importSigningKey(random.bytes(32))
  const did = didOf(1_000_000 + index)
  keys.set(did, key.multikey)
  return { did, repo: new SignedRepo({ did, key, tree: Tree.build([]) }) }
}

async function write({ did, repo }: Awaited<ReturnType<typeof createWriter>>): Promise<string> {
  const timeMs = Date.now()
  const tid = createTid(timeMs * 1000 + (frames.length % 1000), 2)
  const createdAt = new Date(timeMs).toISOString()
  const record = { $type: 'app.bsky.feed.post', ...createPost(random), createdAt }
  const { body } = await repo.commit(
    [{ action: 'create', collection: 'app.bsky.feed.post', rkey: tid, record }],
    tid,
  )
  const frame = messageFrame({ type: '#commit', body }, frames.length + 1, timeMs)
  frames.push(frame)
  for (const socket of sockets) socket.send(frame)
  if (frames.length % 250 === 0) console.log(`probe ${did} ${tid} ${timeMs}`)
  return tid
}

let dueMs = 0
async function writeMore(): Promise<void> {
  if (Number(rate) === 0) return
  const nowMs = performance.now()
  if (dueMs === 0) dueMs = nowMs
  // One after the other, so that the revisions of a repo ascend.
  while (dueMs < nowMs) {
    dueMs += 1000 / Number(rate)
    await write(writers[frames.length % writers.length] as (typeof writers)[number])
  }
}

function url(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
