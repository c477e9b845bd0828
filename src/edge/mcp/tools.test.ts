import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { mcpTools } from '../../catalog/mcp/metrics.ts'
import { InvalidError, NotKeptError, RateLimitedError, UpstreamError } from '../../model/errors.ts'
import { createCallTool, toolNamed } from './call-tool.ts'
import type { McpNode } from './node.ts'
import { createTestNode, did, record } from './testing/node.ts'
import type { Call } from './tool.ts'
import { tools } from './tools.ts'

const patient: Call = { signal: new AbortController().signal, onProgress: () => {} }

async function call(name: string, input: unknown, node: Partial<McpNode> = {}, how: Call = patient) {
  const errors: unknown[] = []
  const tool = toolNamed(name)
  assert.ok(tool)
  const callTool = createCallTool({
    node: createTestNode(node),
    onError: (_tool, error) => errors.push(error),
  })
  const { content, structuredContent, isError } = await callTool(tool, input, how)
  const [{ text } = { text: '' }] = content as { text: string }[]
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it likes
  return { text, output: structuredContent as any, isError, errors }
}

describe('the tools', () => {
  it('are those that the catalog counts', () => {
    assert.deepEqual(tools.map(({ name }) => name).sort(), mcpTools.toSorted())
  })

  for (const { name, input, output, annotations, description } of tools)
    it(`tell what ${name} takes, gives and does`, () => {
      for (const [schema, io] of [
        [input, 'input'],
        [output, 'output'],
      ] as const)
        assert.equal(z.toJSONSchema(schema, { io }).type, 'object')
      assert.equal(z.toJSONSchema(input, { io: 'input' }).additionalProperties, false)
      assert.ok(description.length > 40)
      assert.equal(annotations.readOnlyHint && annotations.destructiveHint, false)
    })

  const answered: readonly { readonly tool: string; readonly input?: object }[] = [
    { tool: 'search', input: { q: 'tide' } },
    { tool: 'query', input: { did, where: { langs: 'en' }, collection: 'app.bsky.feed.post' } },
    { tool: 'get_record', input: { uri: record.uri } },
    { tool: 'repos' },
    { tool: 'repos', input: { did } },
    { tool: 'sync', input: { did } },
    { tool: 'audit' },
  ]
  for (const { tool, input } of answered)
    it(`answer ${tool} ${JSON.stringify(input ?? {})} as listed, in text and structure alike`, async () => {
      const { text, output, isError } = await call(tool, input)
      assert.equal(isError, undefined)
      assert.deepEqual(JSON.parse(text), output)
      const listed = z.toJSONSchema(toolNamed(tool)?.output ?? z.never(), { io: 'output' })
      assert.ok(z.fromJSONSchema(listed as Parameters<typeof z.fromJSONSchema>[0]).safeParse(output).success)
    })

  it('leave out what an audit finds to be less severe, and say how much there is', async () => {
    const { output } = await call('audit', { level: 'warning', limit: 1 })
    assert.deepEqual(
      [output.findings.map((one: { level: string }) => one.level), output.total],
      [['error'], 2],
    )
  })

  const refused = [
    { tool: 'search', input: {}, says: /q: .*It takes q, collection, limit, cursor\.$/ },
    {
      tool: 'search',
      input: { q: 'x', limit: 0, more: 1 },
      says: /limit: .*; arguments: Unrecognized key: "more"/,
    },
    { tool: 'search', input: 'x', says: /arguments: .*expected object/ },
    { tool: 'query', input: { did: 'alice' }, says: /did: must be a DID/ },
    { tool: 'query', input: { linksTo: 'x' }, says: /linksTo: must be an at:\/\/ URI or a DID/ },
    {
      tool: 'get_record',
      input: { uri: 'at://alice.test/a.b.c/d' },
      says: /uri: must be the URI of a record/,
    },
    {
      tool: 'get_record',
      input: { uri: `at://${did}/a.b.c/d` },
      says: /no record at:.* is kept here: query lists/,
    },
    { tool: 'repos', input: { did: 'did:plc:none' }, says: /no repo did:plc:none is known here/ },
    { tool: 'sync', input: { did, waitSeconds: 1e9 }, says: /waitSeconds: / },
  ]
  for (const { tool, input, says } of refused)
    it(`tell a model how to mend ${tool} ${JSON.stringify(input)}`, async () => {
      const { text, isError, errors } = await call(tool, input)
      assert.deepEqual([isError, errors], [true, []])
      assert.match(text, says)
    })

  const failures = [
    { error: new NotKeptError('it is not kept here: track it'), says: /^it is not kept here: track it$/ },
    {
      error: new UpstreamError('no route'),
      says: /^the sync failed \(network\): no route\. What is kept has not changed: /,
    },
    {
      error: new RateLimitedError('slower', 4100),
      says: /\(rate_limited\): slower\. .*: try again in 5 s\.$/,
    },
    { error: new InvalidError('no such repo'), says: /\(invalid\): no such repo\. / },
  ]
  for (const { error, says } of failures)
    it(`say why a sync ended with ${error.name}`, async () => {
      const { text, isError, errors } = await call('sync', { did }, { sync: () => Promise.reject(error) })
      assert.deepEqual([isError, errors], [true, []])
      assert.match(text, says)
    })

  it('pass on what a room says of an input', async () => {
    const query = () => Promise.reject(new InvalidError('the cursor is of another query'))
    assert.equal((await call('query', { cursor: 'x' }, { query })).text, 'the cursor is of another query')
  })

  it('keep to themselves what nobody foresaw, and tell the log', async () => {
    const error = new Error('the disk at /secret is gone')
    for (const [name, input, node] of [
      ['query', {}, { query: () => Promise.reject(error) }],
      ['sync', { did }, { sync: () => Promise.reject(error) }],
    ] as const) {
      const { text, isError, errors } = await call(name, input, node)
      assert.deepEqual([isError, errors], [true, [error]])
      assert.equal(text, `${name} failed through a fault of this node; its log says more. Try again later.`)
    }
  })

  it('do not wait for a sync that nobody waits for', async () => {
    const sync = () => new Promise<never>(() => {})
    assert.equal((await call('sync', { did, waitSeconds: 0 }, { sync })).output.state, 'running')
    const gone = { ...patient, signal: AbortSignal.abort() }
    assert.equal((await call('sync', { did }, { sync }, gone)).output.state, 'running')
  })
})
