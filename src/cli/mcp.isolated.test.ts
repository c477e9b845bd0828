import assert from 'node:assert/strict'
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startNode } from './testing/start-node.ts'

const main = fileURLToPath(import.meta.resolve('../main.ts'))
const token = 'a-token-of-the-tests'

/** A program that lets a model ask. It does not outlive a test that fails. */
class Client implements Disposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: Interface
  #id = 0

  constructor(...args: readonly string[]) {
    this.#child = spawn(process.execPath, [main, 'mcp', ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#child.stdout })
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it likes
  async ask(method: string, params: object = {}): Promise<any> {
    this.#id += 1
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: this.#id, method, params })}\n`)
    const [line] = await once(this.#lines, 'line')
    const answer = JSON.parse(line)
    assert.equal(answer.id, this.#id)
    return answer.result ?? answer
  }

  async call(
    name: string,
    given: object = {},
  ): Promise<{ text: string; isError?: boolean; structuredContent?: unknown }> {
    const { content, ...rest } = await this.ask('tools/call', { name, arguments: given })
    return { text: content[0].text, ...rest }
  }

  /** Calls tools all at once. @returns which of them have failed. */
  async callAll(...names: readonly string[]): Promise<readonly unknown[]> {
    for (const name of names) {
      this.#id += 1
      const call = { jsonrpc: '2.0', id: this.#id, method: 'tools/call', params: { name, arguments: {} } }
      this.#child.stdin.write(`${JSON.stringify(call)}\n`)
    }
    const results: unknown[] = []
    for await (const [line] of on(this.#lines, 'line')) {
      results.push(JSON.parse(line).result.isError)
      if (results.length === names.length) break
    }
    return results
  }

  /** @returns the code that it ends with once nobody writes to it any more. */
  async end(): Promise<number> {
    const exit = once(this.#child, 'exit')
    this.#child.stdin.end()
    return (await exit)[0]
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }
}

const initialize = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
}

describe('tidegauge mcp', () => {
  const data = mkdtempSync(join(tmpdir(), 'tidegauge-mcp-'))
  let node: ChildProcess
  before(async () => {
    node = await startNode(data, { token })
  })
  after(() => {
    node.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  })

  it('asks the node that runs, then the folder, then the next node, and keeps none of them', async () => {
    using client = new Client('--data', data, '--token', token)
    const { protocolVersion, serverInfo } = await client.ask('initialize', initialize)
    assert.deepEqual([protocolVersion, serverInfo.name], ['2025-11-25', 'tidegauge'])
    assert.equal((await client.ask('tools/list')).tools.length, 9)
    const repos = async () => {
      const { structuredContent, text } = await client.call('repos')
      assert.ok(structuredContent, text)
      return (structuredContent as { repos: { did: string }[] }).repos
    }
    while ((await repos()).length === 0);
    const [{ did } = { did: '' }] = await repos()
    assert.match((await client.call('sync', { did })).text, /"state":"synced"/)
    assert.ok((await client.ask('resources/list')).resources.length > 5)

    node.kill('SIGKILL')
    await once(node, 'exit')
    assert.ok((await repos()).some((repo) => repo.did === did))
    const { isError, text } = await client.call('audit')
    assert.deepEqual([isError, /no node runs here/.test(text)], [true, true])
    const written = await client.call('put_record', { collection: 'a.b.note', record: {} })
    assert.deepEqual([written.isError, /while no node runs/.test(written.text)], [true, true])
    // Calls at the same time share the folder, which can be opened once.
    assert.deepEqual(await client.callAll('repos', 'query', 'repos'), [undefined, undefined, undefined])

    node = await startNode(data, { token })
    assert.match((await client.call('sync', { did })).text, /"state":"synced"/)
    assert.equal(await client.end(), 0)
  })

  it('says to the model what is wrong with the place it was given', async () => {
    const none = join(data, 'none')
    const cases = [
      { args: ['--data', none], says: /^nothing is kept in \S+: start tidegauge serve, or name/ },
      { args: ['--api', 'http://127.0.0.1:9'], says: /^the node at http:\S+ does not answer/ },
      {
        args: ['--data', data, '--token', 'another-wrong-token'],
        says: /asks for its token: set TIDEGAUGE_TOKEN/,
      },
    ]
    for (const { args, says } of cases) {
      using client = new Client(...args)
      await client.ask('initialize', initialize)
      const { isError, text } = await client.call('repos')
      assert.equal(isError, true)
      assert.match(text, says)
      assert.equal(await client.end(), 0)
    }
  })
})
