import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runCli } from '@tidegauge/tools/cli'
import { createTestTerminal } from '../../../tools/cli/testing/test-terminal.ts'
import { commandsOf } from '../table.ts'
import { startNode } from '../testing/start-node.ts'

const program = { name: 'tidegauge', version: '1.2.3', about: 'About.' }
const token = 'a-token-of-the-tests'

async function run(...args: readonly string[]) {
  const { terminal, written } = createTestTerminal()
  const code = await runCli(args, { program, commands: commandsOf(program), terminal })
  return { code, ...written }
}

describe('commands that touch data', () => {
  const data = mkdtempSync(join(tmpdir(), 'tidegauge-node-'))
  const nodeFile = join(data, 'node.json')
  let node: ChildProcess
  before(async () => {
    node = await startNode(data, { token, demoRate: 50 })
  })
  after(() => {
    node.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  })

  const ask = (...args: readonly string[]) => run(...args, '--data', data, '--token', token)
  const firstRepo = async () => {
    for (;;) {
      const { out } = await ask('repos', '--limit', '1', '--json')
      const [repo] = JSON.parse(out).repos
      if (repo) return repo as { readonly did: string }
    }
  }

  it('find the node that runs on the folder, by a file that only its user may read', async () => {
    const { did } = await firstRepo()
    assert.equal(statSync(nodeFile).mode & 0o777, 0o600)
    const { api } = JSON.parse(readFileSync(nodeFile, 'utf8'))
    assert.deepEqual(
      JSON.parse((await run('repos', did, '--api', api, '--token', token, '--json')).out).did,
      did,
    )
    assert.match((await ask('repos', did)).out, new RegExp(`^${did}  `))
  })

  it('say what the node asks for when they come without its token', async () => {
    const { code, err } = await run('repos', '--data', data)
    assert.deepEqual(
      [code, err.replace(/http:\S+/, 'URL')],
      [2, 'tidegauge: the node at URL asks for its token: set TIDEGAUGE_TOKEN, or give --token\n'],
    )
  })

  it('end with 1 for what is not there, and with 2 for what the API refuses', async () => {
    assert.deepEqual(await ask('repos', 'did:plc:none'), {
      code: 1,
      out: '',
      err: 'tidegauge: no such repo is known here; POST /repos tracks one\n',
    })
    const { code, err } = await ask('query', '--collection', 'nonsense')
    assert.equal(code, 2)
    assert.match(err, /^tidegauge: the node at http:\S+ refuses: collection: must be a collection/)
  })

  it('read the folder themselves once the node was killed, whatever its file says', async () => {
    const repo = await firstRepo()
    node.kill('SIGKILL')
    await once(node, 'exit')
    assert.ok(existsSync(nodeFile))
    // The process that took its number since is not the node.
    writeFileSync(nodeFile, readFileSync(nodeFile, 'utf8').replace(/"pid": \d+/, `"pid": ${process.pid}`))
    const page = JSON.parse((await run('repos', '--limit', '1', '--json', '--data', data)).out)
    assert.equal(page.repos[0].did, repo.did)
    const { records } = JSON.parse((await run('query', '--limit', '1', '--json', '--data', data)).out)
    assert.equal(
      JSON.parse((await run('records', records[0].uri, '--json', '--data', data)).out).uri,
      records[0].uri,
    )
    assert.equal((await run('search', 'the', '--data', data)).code, 0)
  })

  it('ask the next node that starts there, which takes its file away when it is stopped', async () => {
    node = await startNode(data, { token, demoRate: 50 })
    assert.equal((await ask('repos', '--limit', '1')).code, 0)
    assert.equal(JSON.parse(readFileSync(nodeFile, 'utf8')).pid, node.pid)
    node.kill('SIGTERM')
    assert.deepEqual(await once(node, 'exit'), [0, null])
    assert.equal(existsSync(nodeFile), false)
  })

  it('refuse a folder in which nothing is kept, and do not make it', async () => {
    const none = join(data, 'none')
    const { code, err } = await run('repos', '--data', none)
    assert.equal(code, 2)
    assert.match(err, /^tidegauge: nothing is kept in \S+: start tidegauge serve, or name another folder/)
    assert.equal(existsSync(none), false)
  })

  it('say what keeps them out of a folder', async () => {
    const file = join(data, 'file')
    writeFileSync(file, '')
    const { code, err } = await run('repos', '--data', file)
    assert.deepEqual([code, err.includes(`the data folder ${file} is a file: name another`)], [2, true])
  })

  const wrong = [
    { args: ['records', 'nonsense'], says: /takes one URI/ },
    { args: ['repos', 'a', 'b'], says: /takes one DID or none/ },
    { args: ['search'], says: /needs a word/ },
    { args: ['search', ''], says: /needs a word/ },
    { args: ['search', 'x', '--limit', '101'], says: /whole number from 1 to 100$/m },
    { args: ['query', '--where', 'x'], says: /--where is "x", but must be PATH=VALUE/ },
    { args: ['repos', '--api', 'nowhere'], says: /--api is "nowhere", but must be an address/ },
    { args: ['repos', '--api', 'http://127.0.0.1:9'], says: /does not answer/ },
    { args: ['repos', '--api', 'http://127.0.0.1:9', '--token', 'a b'], says: /the token holds spaces/ },
    { args: ['repos', '--limit', '0'], says: /whole number from 1/ },
  ]
  for (const { args, says } of wrong)
    it(`refuse ${args.join(' ')}`, async () => {
      const { code, err } = await run(...args, ...(args.includes('--api') ? [] : ['--data', data]))
      assert.equal(code, 2)
      assert.match(err, says)
    })
})

describe('commands that are given the address of another program', () => {
  let answer: { readonly status: number; readonly type: string; readonly body: string }
  const server = createServer((_request, response) => {
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
  })
  const api = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => server.close())

  const json = 'application/json'
  const answers = [
    { status: 404, type: 'text/html', body: '<p>' },
    { status: 404, type: json, body: '{"detail":"no such page"}' },
    { status: 501, type: 'text/html', body: '<p>' },
    { status: 200, type: 'text/html', body: '<p>' },
    { status: 200, type: json, body: 'null' },
    { status: 200, type: json, body: '{"a":1}' },
    { status: 200, type: json, body: '{"repos":{},"records":1,"hits":"x","uri":2}' },
    { status: 200, type: json, body: '{"repos":[1],"records":[{"uri":"x"}],"hits":[null]}' },
  ]
  const commands = [
    ['repos'],
    ['repos', 'did:plc:x'],
    ['records', 'at://did:plc:x/a.b.c/d'],
    ['query'],
    ['search', 'x'],
  ]
  for (const given of answers)
    it(`say so: ${given.status} ${given.type} ${given.body}`, async () => {
      answer = given
      for (const command of commands) {
        const { code, out, err } = await run(...command, '--api', api())
        assert.deepEqual(
          [code, out, err],
          [
            2,
            '',
            `tidegauge: ${api()} does not answer as a node does (${given.status}, ${given.type}): name the address that serve prints for the API\n`,
          ],
          command.join(' '),
        )
      }
    })

  it('say what a node refuses, without a stack where it knows of no such thing', async () => {
    answer = {
      status: 404,
      type: 'application/problem+json',
      body: '{"detail":"there is nothing at /search"}',
    }
    const { code, err } = await run('search', 'x', '--api', api())
    assert.deepEqual([code, err], [2, 'tidegauge: there is nothing at /search\n'])
    answer = { status: 400, type: 'application/problem+json', body: 'null' }
    assert.match((await run('repos', '--api', api())).err, /refuses: it answers with 400\n$/)
  })
})
