#!/usr/bin/env bash
# Behaviour: a client of the TypeScript SDK 2 and a server of the same release, both of which implement 2026-07-28, speak
# 2025-11-25 with each other: the client makes the handshake of 2025 unless it is made with versionNegotiation. The official
# client for Python tries 2026-07-28 first. So a server that drops the older versions (`legacy: 'reject'`) is out of reach for
# its own SDK's client as that comes, and one that measures only the newer kind of requests sees none of them.
# Seen with: @modelcontextprotocol/client, /server and /node 2.4.0 and 2.1.2, mcp 2.3.0 (PyPI), Node 20 and 24.
# What to do: serve both kinds, test both, and write versionNegotiation: { mode: 'auto' } into clients of one's own.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT; cd "$dir"
npm init -y >/dev/null
npm install --no-audit --no-fund --loglevel=error @modelcontextprotocol/client@2.4.0 \
  @modelcontextprotocol/server@2.4.0 @modelcontextprotocol/node@2.1.2 >/dev/null
cat >try.mjs <<'JS'
import { createServer } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'

async function talk(legacy, options) {
  const handler = createMcpHandler(() => new McpServer({ name: 'any', version: '1' }), { legacy })
  const server = createServer(toNodeHandler(handler)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const client = new Client({ name: 'any', version: '1' }, options)
  const url = new URL(`http://127.0.0.1:${server.address().port}`)
  const outcome = await client.connect(new StreamableHTTPClientTransport(url)).then(
    () => client.getNegotiatedProtocolVersion(),
    () => 'refused',
  )
  await client.close()
  server.close()
  server.closeAllConnections()
  return outcome
}

const auto = { versionNegotiation: { mode: 'auto' } }
const seen = {
  both: { asItComes: await talk('stateless', {}), auto: await talk('stateless', auto) },
  only2026: { asItComes: await talk('reject', {}), auto: await talk('reject', auto) },
}
console.log(JSON.stringify(seen))
JS
seen=$(node try.mjs)
expected='{"both":{"asItComes":"2025-11-25","auto":"2026-07-28"},"only2026":{"asItComes":"refused","auto":"2026-07-28"}}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "no longer so; expected $expected"; exit 1; }
