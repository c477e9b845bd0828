import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { LocalRepo, type LocalWritten } from '../../flow/local/local-repo.ts'
import { importSigningKey } from '../../net/repo/signing-key.ts'
import { Database } from '../../state/database.ts'
import { SqliteLocalStore } from '../../state/local/sqlite.ts'
import { createCallTool, toolNamed } from './call-tool.ts'
import type { McpNode } from './node.ts'
import { createTestNode } from './testing/node.ts'

const did = 'did:web:localhost%3A3000'
const key = await importSigningKey(new Uint8Array(32).fill(7))
const collection = 'a.b.note'

function callerOf(local: McpNode['local']) {
  const callTool = createCallTool({
    node: createTestNode({ local }),
    onError: (_tool, error) => assert.fail(error as Error),
  })
  const { signal } = new AbortController()
  return async (name: string, input: object) => {
    const tool = toolNamed(name)
    assert.ok(tool)
    const { content, structuredContent, isError } = await callTool(tool, input, {
      signal,
      onProgress: () => {},
    })
    const [{ text } = { text: '' }] = content as { text: string }[]
    if (isError) return { error: text }
    assert.deepEqual(z.strictObject(tool.output.shape).safeParse(structuredContent).error?.issues ?? [], [])
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it likes
    return structuredContent as any
  }
}

async function open() {
  const written: LocalWritten[] = []
  const store = new SqliteLocalStore({ database: new Database() })
  const repo = await LocalRepo.open({ store, did, key, onWrite: (one) => written.push(one) })
  return { repo, call: callerOf(() => repo), triggers: () => written.map(({ trigger }) => trigger) }
}

describe('the tools that write', () => {
  it('create, replace, edit and delete a record, each by its trigger', async () => {
    const { call, triggers } = await open()
    const record = { text: 'high', at: { place: 'pier', depth: 3 }, tags: ['a', 'b'] }
    const created = await call('put_record', { collection, rkey: 'x', record })
    assert.deepEqual([created.uri, created.created, created.changed], [`at://${did}/a.b.note/x`, true, true])
    const { uri } = created
    assert.equal((await call('put_record', { collection, rkey: 'x', record })).changed, false)
    const edited = await call('edit_record', { uri, changes: { text: 'low', at: { depth: 1 }, tags: null } })
    assert.ok(edited.changed && edited.rev > created.rev)
    const same = await call('put_record', {
      collection,
      rkey: 'x',
      record: { text: 'low', at: { place: 'pier', depth: 1 } },
    })
    assert.deepEqual([same.cid, same.changed], [edited.cid, false])
    assert.equal((await call('delete_record', { uri, swap: edited.cid })).uri, uri)
    assert.deepEqual(triggers(), ['write', 'edit', 'edit'])
    assert.deepEqual(await call('delete_record', { uri }), { error: `there is no record ${uri}` })
  })

  it('give a new record a key of the time', async () => {
    const { call } = await open()
    const [one, other] = [
      await call('put_record', { collection, record: {} }),
      await call('put_record', { collection, record: {} }),
    ]
    assert.match(one.uri, /\/[2-7a-z]{13}$/)
    assert.ok(other.uri > one.uri)
  })

  it('keep links and bytes of what they leave alone', async () => {
    const { call } = await open()
    const link = { $link: 'bafyreih3j5rwplgywpoufduocgtt7bi3qnvqgumzxxtgz7n4ycx227cmka' }
    const record = { of: link, bytes: { $bytes: 'AQID' }, text: 'a' }
    const { uri } = await call('put_record', { collection, record })
    const { cid } = await call('edit_record', { uri, changes: { text: 'b' } })
    const rkey = uri.split('/').at(-1)
    const same = await call('put_record', { collection, rkey, record: { ...record, text: 'b' } })
    assert.deepEqual([same.cid, same.changed], [cid, false])
  })

  it('write nothing over what somebody else has written, and say how to go on', async () => {
    const { call, triggers } = await open()
    const { uri, cid: first } = await call('put_record', { collection, rkey: 'x', record: { n: 1 } })
    const { cid: second } = await call('edit_record', { uri, changes: { n: 2 } })
    const says = new RegExp(`another by now, with the CID ${second}, .* with this CID as swap$`)
    for (const [tool, input] of [
      ['put_record', { collection, rkey: 'x', record: { n: 3 }, swap: first }],
      ['put_record', { collection, rkey: 'x', record: { n: 3 }, swap: null }],
      ['edit_record', { uri, changes: { n: 3 }, swap: first }],
      ['delete_record', { uri, swap: first }],
    ] as const)
      assert.match((await call(tool, input)).error, says, tool)
    assert.equal(triggers().length, 2)
  })

  it('lose no edit of two that are made at once', async () => {
    const { repo, call } = await open()
    const { uri } = await call('put_record', { collection, rkey: 'x', record: {} })
    const both = await Promise.all([
      call('edit_record', { uri, changes: { a: 1 } }),
      call('edit_record', { uri, changes: { b: 1 } }),
    ])
    assert.equal(both.filter(({ error }) => error !== undefined).length, 1)
    assert.equal((await repo.get({ collection, rkey: 'x' }))?.cid, both.find(({ cid }) => cid)?.cid)
  })

  const others = 'at://did:plc:aliceaaaaaaaaaaaaaaaaaaa/a.b.note/x'
  const refused = [
    {
      tool: 'edit_record',
      input: { uri: others, changes: {} },
      says: /is written at its own host; this node/,
    },
    { tool: 'delete_record', input: { uri: others }, says: /is written at its own host; this node/ },
    {
      tool: 'edit_record',
      input: { uri: `at://${did}/a.b.note/none`, changes: {} },
      says: /put_record creates one/,
    },
    { tool: 'put_record', input: { collection, record: { n: 1.5 } }, says: /n/ },
    {
      tool: 'put_record',
      input: { collection, rkey: '../x', record: {} },
      says: /rkey: must be a record key/,
    },
    { tool: 'put_record', input: { collection, record: {}, swap: 'x y' }, says: /swap: must be a CID/ },
    { tool: 'put_record', input: { collection, record: [] }, says: /record: / },
    { tool: 'put_record', input: { collection, record: { a: 'x'.repeat(2e6) } }, says: /bytes; at most/ },
  ]
  for (const { tool, input, says } of refused)
    it(`refuse ${tool} ${JSON.stringify(input).slice(0, 80)}`, async () => {
      const { call, triggers } = await open()
      assert.match((await call(tool, input)).error, says)
      assert.deepEqual(triggers(), [])
    })

  it('say that there is nowhere to write yet, or at all, or no more', async () => {
    const input = { collection, record: {} }
    assert.match(
      (await callerOf(undefined)('put_record', input)).error,
      /while no node runs: start tidegauge serve/,
    )
    assert.match((await callerOf(() => undefined)('put_record', input)).error, /is starting: try again/)
    const { repo, call } = await open()
    await repo[Symbol.asyncDispose]()
    assert.match((await call('put_record', input)).error, /: try again later$/)
  })
})
