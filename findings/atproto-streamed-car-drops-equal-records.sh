#!/usr/bin/env bash
# Behaviour: a repository stores equal records once, however many keys point to them (likes, follows and reposts written by
# scripts do so by the hundred). The streaming CAR reader of @atcute/repo hands each block to whoever asked for it by
# then, and forgets it. In a file whose blocks come in an order such as that of a PDS (by CID), keys found later that point
# to the same block are told as missing blocks, though the file lacks nothing; the reader for whole files gives every
# record of the same bytes. Nothing is thrown: a mirror that skips what is missing loses records, one that fetches again
# fetches for ever.
# Seen with: @atcute/repo 1.0.2 on a repository written by @atproto/repo 0.10.14, Node 24.
# What to do: keep what was read until the tree is whole, or compare the number of keys with those of the tree.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @atcute/repo@1.0.2 @atproto/repo@0.10.14 @atproto/crypto@0.5.5 >/dev/null
cat >try.mjs <<'JS'
import { fromStream, fromUint8Array } from '@atcute/repo'
import { Secp256k1Keypair } from '@atproto/crypto'
import { BlockMap, blocksToCarFile, getFullRepo, MemoryBlockstore, readCarWithRoot, Repo, WriteOpAction } from '@atproto/repo'

const storage = new MemoryBlockstore()
const writes = Array.from({ length: 200 }, (_, n) => ({
  action: WriteOpAction.Create,
  collection: 'com.example.mark',
  rkey: `n${n}`,
  record: { $type: 'com.example.mark', value: n % 100 },
}))
const keypair = await Secp256k1Keypair.create()
const repo = await Repo.create(storage, 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', keypair, writes)
const chunks = []
for await (const chunk of getFullRepo(storage, repo.cid)) chunks.push(chunk)

// The order of a PDS: newest revision first, then by CID, descending.
const { root, blocks } = await readCarWithRoot(Buffer.concat(chunks))
const sorted = new BlockMap()
for (const { cid, bytes } of blocks.entries().sort((a, b) => (`${a.cid}` < `${b.cid}` ? 1 : -1))) sorted.set(cid, bytes)
const car = await blocksToCarFile(root, sorted)

const whole = [...fromUint8Array(car)].length
const reader = fromStream(new Blob([car]).stream())
let streamed = 0
for await (const _ of reader) streamed += 1
const missing = reader.missingBlocks.filter(({ type }) => type === 'record').length
console.log(JSON.stringify({ whole, loses: streamed < whole, accounts: streamed + missing === whole }))
console.error(`streamed ${streamed} of ${whole} records, told ${missing} as missing`)
JS
seen=$(node try.mjs)
expected='{"whole":200,"loses":true,"accounts":true}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }
