#!/usr/bin/env bash
# Behaviour: the firehose client of the AT Protocol reference implementation moves its cursor beyond events that it never
# handed on. (1) A commit whose author cannot be looked up, since the directory answers 503 for a moment, is one call of
# onError; the event counts as done, the cursor passes it, and no reconnection brings its records back. (2) An #account
# event whose status is `throttled` or `desynchronized`, both in the lexicon of subscribeRepos, is dropped without any
# call at all: the consumer goes on showing an account that its host says is not active.
# Seen with: @atproto/sync 0.4.11, @atproto/identity 0.5.14, Node 24.
# What to do: take onError with a FirehoseParseError for "not handled" and fetch that repo anew; ask getRepoStatus.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @atproto/sync@0.4.11 @atproto/identity@0.5.14 @atproto/crypto@0.5.5 \
  @atproto/repo@0.10.14 @atproto/xrpc-server@0.13.2 ws@8.23.0 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secp256k1Keypair } from '@atproto/crypto'
import { IdResolver } from '@atproto/identity'
import { getFullRepo, MemoryBlockstore, Repo, WriteOpAction } from '@atproto/repo'
import { Firehose, MemoryRunner } from '@atproto/sync'
import { MessageFrame } from '@atproto/xrpc-server'
import { WebSocketServer } from 'ws'

const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
const keypair = await Secp256k1Keypair.create()
const storage = new MemoryBlockstore()
const [collection, rkey] = ['com.example.note', 'one']
const record = { $type: collection, text: 'hello' }
const repo = await Repo.create(storage, did, keypair, [
  { action: WriteOpAction.Create, collection, rkey, record },
])
const chunks = []
for await (const chunk of getFullRepo(storage, repo.cid)) chunks.push(chunk)
const cid = await repo.data.get(`${collection}/${rkey}`)

const events = (first) => [
  ['#account', { did, active: false, status: 'throttled' }],
  [
    '#commit',
    {
      repo: did,
      rebase: false,
      tooBig: false,
      commit: repo.cid,
      rev: repo.commit.rev,
      since: null,
      blocks: Buffer.concat(chunks),
      ops: [{ action: 'create', path: `${collection}/${rkey}`, cid }],
      blobs: [],
    },
  ],
  ['#account', { did, active: false, status: 'deactivated' }],
].map(([type, body], n) =>
  new MessageFrame({ seq: first + n, time: new Date().toISOString(), ...body }, { type }).toBytes(),
)

// A directory that has a bad moment, beside a relay.
let directory = 503
const didDocument = {
  '@context': ['https://www.w3.org/ns/did/v1'],
  id: did,
  verificationMethod: [
    {
      id: `${did}#atproto`,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: keypair.did().slice('did:key:'.length),
    },
  ],
}
const server = createServer((_, response) => {
  response.writeHead(directory, { 'content-type': 'application/json' })
  response.end(JSON.stringify(didDocument))
})
let relay
new WebSocketServer({ server }).on('connection', (socket) => {
  relay = socket
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address()

const runner = new MemoryRunner({ startCursor: 0 })
const [handled, errors] = [[], []]
const firehose = new Firehose({
  runner,
  service: `ws://127.0.0.1:${port}`,
  idResolver: new IdResolver({ plcUrl: `http://127.0.0.1:${port}`, fetch: (url, init) => fetch(url, init) }),
  handleEvent: ({ event, status }) => void handled.push(status ?? event),
  onError: (error) => void errors.push(`${error.constructor.name}: ${error.cause?.status ?? error.cause?.message}`),
})
firehose.start()
const until = async (cursor) => {
  for (let n = 0; n < 200 && runner.getCursor() !== cursor; n++) await sleep(50)
}
while (!relay) await sleep(20)
for (const frame of events(1)) relay.send(frame)
await until(3)
const during = { handled: [...handled], errors: [...errors], cursor: runner.getCursor() }
directory = 200
for (const frame of events(4)) relay.send(frame)
await until(6)
console.log(JSON.stringify({ during, after: { handled: handled.slice(during.handled.length), cursor: runner.getCursor() } }))
process.exit()
JS
seen=$(node try.mjs)
expected='{"during":{"handled":["deactivated"],"errors":["FirehoseParseError: 503"],"cursor":3},"after":{"handled":["create","deactivated"],"cursor":6}}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }
