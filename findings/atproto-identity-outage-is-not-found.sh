#!/usr/bin/env bash
# Behaviour: for a did:web, the identity resolver of the AT Protocol reference implementation cannot tell "the host has a
# bad minute" from "this DID does not exist". Every status that is not 2xx resolves to null, 503 as well as 404, and with
# a cache in place a forced refresh that meets the 503 throws the good document out: after an outage of seconds nobody
# knows the key any more. did:plc is told apart (404 is null, 503 an error with its status) and keeps its entry.
# A second trap beside it: an entry past its stale time, but far from its expiry, is refreshed before it is handed out, and
# when that refresh fails the look-up fails, though the document lies in the cache for the rest of the day.
# Seen with: @atproto/identity 0.5.14, Node 24.
# What to do: look up with a fetch of your own that throws at 5xx and 429, and keep the last good document yourself.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @atproto/identity@0.5.14 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from 'node:http'
import { DidResolver, MemoryCache } from '@atproto/identity'

let status = 200
const server = createServer((request, response) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ id: decodeURIComponent(request.url) === `/${plc}` ? plc : web }))
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address()
const web = `did:web:localhost%3A${port}`
const plc = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
const resolverWith = (didCache) =>
  new DidResolver({ plcUrl: `http://127.0.0.1:${port}`, didCache, fetch: (url, init) => fetch(url, init) })

const seen = {}
for (const [name, did] of Object.entries({ web, plc })) {
  const cache = new MemoryCache()
  const resolver = resolverWith(cache)
  status = 200
  const before = await resolver.resolve(did)
  status = 503
  const during = await resolver.resolve(did, true).catch((error) => `error ${error.status}`)
  seen[name] = { before: before.id === did, during, kept: (await cache.checkCache(did)) !== null }
}

const stale = resolverWith(new MemoryCache(0, 86_400_000))
status = 200
await stale.resolve(plc)
await new Promise((resolve) => setTimeout(resolve, 20))
status = 503
seen.stale = await stale.resolve(plc).then(() => 'document', (error) => `error ${error.status}`)
server.close()
console.log(JSON.stringify(seen))
JS
seen=$(node try.mjs)
expected='{"web":{"before":true,"during":null,"kept":false},"plc":{"before":true,"during":"error 503","kept":true},"stale":"error 503"}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }
