#!/usr/bin/env bash
# Behaviour: an MCP server on the TypeScript SDK can register a resource under the at:// URI of a record, and template such
# URIs, and lists both. Reading one fails before any callback runs: the SDK takes a URI through `new URL`, which reads
# `did:plc:…` as a host with a port, and answers -32602 "Resource URI … is invalid". An at:// URI with a handle passes, so
# that a first try with one seems to work.
# Seen with: @modelcontextprotocol/server 2.4.0, @modelcontextprotocol/client 2.4.0, Node 20 and 24.
# What to do: give resources of AT Protocol a scheme and an authority of your own, such as example://records/did:plc:…/….
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error \
  @modelcontextprotocol/server@2.4.0 @modelcontextprotocol/client@2.4.0 >/dev/null
cat >try.mjs <<'JS'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/server'

const key = 'app.bsky.feed.post/3k2a'
const did = `at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/${key}`
const server = new McpServer({ name: 'records', version: '1' })
const read = (uri) => ({ contents: [{ uri: uri.href, text: 'a record' }] })
server.registerResource('one', did, {}, read)
for (const base of ['at://', 'example://records/'])
  server.registerResource(base, new ResourceTemplate(`${base}{did}/{collection}/{rkey}`, { list: undefined }), {}, read)

const client = new Client({ name: 'reader', version: '1' })
const [here, there] = InMemoryTransport.createLinkedPair()
await Promise.all([server.connect(here), client.connect(there)])
const outcome = (uri) =>
  client.readResource({ uri }).then(() => 'read', ({ code, message }) => `${code} ${message.replace(/at:\S+/, 'URI')}`)
const { resources } = await client.listResources()
const seen = {
  listed: resources.map(({ uri }) => uri === did),
  registered: await outcome(did),
  templated: await outcome(did.replace('3k2a', '3k2b')),
  handle: await outcome(`at://alice.test/${key}`),
  ownScheme: await outcome(did.replace('at://', 'example://records/')),
}
await client.close()
console.log(JSON.stringify(seen))
JS
seen=$(node try.mjs)
expected='{"listed":[true],"registered":"-32602 Resource URI URI is invalid","templated":"-32602 Resource URI URI is invalid","handle":"read","ownScheme":"read"}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }
