import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { tools } from '../../src/edge/mcp/tools.ts'
import { imported } from './harness/alert-stage.ts'
import { type McpCall, type McpClient, type McpServer, mcpClients } from './harness/mcp-clients.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { until } from './harness/until.ts'
import { mcpPrograms } from './setup/mcp.ts'

const token = 'a-token-of-the-tests'
/** Gives back what nobody needs, so that memory shows what is kept. */
const collecting = `--expose-gc ${imported('setInterval(gc, 500).unref()')}`

describe('MCP, as its official clients speak it', () => {
  let node: Tidegauge
  let clients: readonly McpClient[]
  let did: string
  let uri: string
  /** Of the node itself. */
  let ownDid: string
  let keys = 0
  before(async () => {
    clients = mcpClients(await mcpPrograms())
    node = await startTidegauge({
      args: ['--demo-rate', '20'],
      env: { TIDEGAUGE_TOKEN: token, NODE_OPTIONS: collecting },
    })
    await until(
      'there is something to find',
      async () => (await ask('search', { q: 'the' })).body.hits.length > 2,
    )
    // From here on nothing changes any more: no account is deactivated, and no record deleted, between two calls.
    await node.stop()
    await node.start({ args: ['--demo-rate', '0'] })
    await until('all is read', async () => {
      const { firehose, indexing } = await stats()
      return firehose.connected && firehose.lagSeconds === 0 && indexing.pending === 0
    })
    const first = await ask('put_record', { collection: 'a.b.note', rkey: 'first', record: {} })
    ownDid = first.body.uri.split('/')[2]
    await until('it is taken in', async () => (await counts()).syncs('write') === 1)
    did = (await ask('repos', { status: 'synced', limit: 1 })).body.repos[0].did
    uri = (await ask('query', { did, collection: 'app.bsky.actor.profile' })).body.records[0].uri
  })
  after(() => node[Symbol.asyncDispose]())

  async function stats(): Promise<{
    readonly firehose: { readonly connected: boolean; readonly lagSeconds: number }
    readonly indexing: { readonly pending: number }
  }> {
    const response = await fetch(`${node.url}/stats`, { headers: { Authorization: `Bearer ${token}` } })
    return (await response.json()) as Awaited<ReturnType<typeof stats>>
  }

  /** Calls a tool without any client. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it likes
  async function ask(name: string, given: object): Promise<{ body: any; isError: boolean }> {
    const response = await fetch(`${node.url}/mcp`, post(name, given))
    const [, data = '{}'] = /^data: (.+)$/m.exec(await response.text()) ?? []
    const { structuredContent, isError = false } = JSON.parse(data).result
    return { body: structuredContent, isError }
  }

  const servers: readonly { readonly over: string; readonly of: () => McpServer }[] = [
    { over: 'HTTP', of: () => ({ kind: 'http', url: `${node.url}/mcp`, token }) },
    { over: 'stdio', of: () => ({ kind: 'stdio', args: ['--data', node.dataDir, '--token', token] }) },
  ]
  const versions: Readonly<Record<string, string>> = {
    'SDK 2': '2025-11-25',
    'SDK 2 that tries 2026-07-28': '2026-07-28',
    'the SDK for Python': '2026-07-28',
  }
  const names = ['SDK 1.32', 'SDK 2', 'SDK 2 that tries 2026-07-28', 'the SDK for Python', 'the inspector']
  for (const { over, of } of servers)
    for (const name of names)
      it(`lets ${name} list and call every tool over ${over}`, async () => {
        const key = `key-${++keys}`
        const own = `at://${ownDid}/a.b.note/${key}`
        const calls: readonly McpCall[] = [
          { name: 'search', arguments: { q: 'the', limit: 2 } },
          { name: 'query', arguments: { did, limit: 2 } },
          { name: 'get_record', arguments: { uri } },
          { name: 'put_record', arguments: { collection: 'a.b.note', rkey: key, record: { text: 'high' } } },
          { name: 'edit_record', arguments: { uri: own, changes: { text: 'low' } } },
          { name: 'delete_record', arguments: { uri: own } },
          { name: 'repos', arguments: { did } },
          { name: 'sync', arguments: { did } },
          { name: 'audit', arguments: { level: 'error' } },
          { name: 'repos', arguments: { limit: 0 } },
        ]
        const before = await counts()
        const client = clients.find((one) => one.name === name)
        assert.ok(client)
        const { version, tools: listed, results } = await client.talk(of(), calls)
        assert.equal(version, versions[name])
        assert.deepEqual(
          listed,
          tools.map((tool) => tool.name),
        )
        assert.deepEqual(new Set(calls.map((call) => call.name)), new Set(listed))
        assert.deepEqual(
          results.map(({ isError = false }) => isError),
          [...Array(calls.length - 1).fill(false), true],
          JSON.stringify(results).slice(0, 2000),
        )
        const [search, query, record, put, edit, deleted, repos, sync, audit, wrong] = results
        assert.equal(search?.structuredContent.hits.length, 2)
        assert.equal(query?.structuredContent.records.length, 2)
        assert.equal(record?.structuredContent.uri, uri)
        assert.deepEqual(JSON.parse(record?.content[0]?.text ?? ''), record?.structuredContent)
        assert.deepEqual([put?.structuredContent.uri, put?.structuredContent.created], [own, true])
        assert.deepEqual([edit?.structuredContent.uri, edit?.structuredContent.changed], [own, true])
        assert.ok(deleted?.structuredContent.rev > edit?.structuredContent.rev)
        assert.equal(repos?.structuredContent.repos[0].did, did)
        assert.equal(sync?.structuredContent.state, 'synced')
        assert.deepEqual(audit?.structuredContent.findings, [])
        assert.match(wrong?.content[0]?.text ?? '', /limit: /)
        const counted = await counts()
        for (const tool of new Set(listed)) {
          const expected = calls.filter((call) => call.name === tool).length
          assert.equal(counted.calls(tool) - before.calls(tool), expected, tool)
          assert.equal(counted.errors(tool) - before.errors(tool), tool === 'repos' ? 1 : 0, tool)
        }
        assert.equal(counted.syncs('mcp') - before.syncs('mcp'), 1)
        await until('what was written is taken in', async () => {
          const { syncs } = await counts()
          return syncs('write') - before.syncs('write') === 1 && syncs('edit') - before.syncs('edit') === 2
        })
      })

  it('keeps nothing of 200 clients that come and vanish', async () => {
    const round = async () => {
      const before = await counts()
      await Promise.all(Array.from({ length: 200 }, (_, index) => vanish(index)))
      // Those in the middle of their headers have asked nothing.
      await until(
        'every request has been counted',
        async () => (await counts()).requests >= before.requests + 150,
      )
    }
    // What is loaded and compiled on the way is there for good.
    for (let first = 0; first < 2; first++) await round()
    const [sockets, memory] = [openSockets(node.pid), node.memory()]
    for (let again = 0; again < 3; again++) await round()
    await until('no socket is left', async () => openSockets(node.pid) <= sockets, { withinMs: 30_000 })
    assert.ok(node.memory() < memory + 80e6, `${memory} bytes have become ${node.memory()}`)
    assert.equal((await counts()).running, 0)
    assert.equal((await ask('repos', {})).isError, false)
  })

  /** Says something, or half of it, and hangs up. */
  async function vanish(index: number): Promise<void> {
    const { hostname, port } = new URL(node.url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    const tool = ['audit', 'sync', 'query'][index % 3] ?? ''
    const { headers, body } = post(tool, tool === 'sync' ? { did } : {})
    const lines = { Host: `${hostname}:${port}`, ...headers, 'Content-Length': String(body.length) }
    const head = Object.entries(lines).map((line) => line.join(': '))
    const text = `POST /mcp HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`
    // In the middle of the headers, of the body, of the call, or of the answer.
    const kind = index % 4
    socket.write(kind === 0 ? text.slice(0, 30) : kind === 1 ? text.slice(0, -10) : text)
    if (kind === 3) await once(socket, 'data')
    else await new Promise((resolve) => setImmediate(resolve))
    socket.destroy()
  }

  async function counts() {
    const scrape = await node.scrape()
    return {
      calls: (tool: string) => sumOf(scrape, 'mcp_tool_calls_total', { tool }),
      errors: (tool: string) => sumOf(scrape, 'mcp_tool_errors_total', { tool }),
      requests: sumOf(scrape, 'mcp_requests_total'),
      running: sumOf(scrape, 'sync_workers_active'),
      syncs: (trigger: string) =>
        sumOf(scrape, 'sync_runs_total', { trigger }) + sumOf(scrape, 'sync_joined_total', { trigger }),
    }
  }
})

function openSockets(pid: number): number {
  const files = readdirSync(`/proc/${pid}/fd`)
  return files.filter((file) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${file}`).startsWith('socket:')
    } catch {
      // It was closed in between.
      return false
    }
  }).length
}

function post(name: string, given: object) {
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } }
  return {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(call),
  }
}
