import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { runCli } from '@tidegauge/tools/cli'
import { createTestTerminal } from '../../tools/cli/testing/test-terminal.ts'
import { createApi } from '../edge/http/api.ts'
import type { ObserversControl } from '../edge/http/control.ts'
import { listen } from '../edge/http/listen.ts'
import { createTestControl } from '../edge/http/testing/control.ts'
import { tryEvent } from '../flow/observers/trial.ts'
import { createLog } from '../model/log.ts'
import type { Search } from '../state/search/search.ts'
import type { Storage } from '../state/storage/storage.ts'
import { commandsOf } from './table.ts'

const alice = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'
const uri = `at://${alice}/app.bsky.feed.post/3l`
const program = { name: 'tidegauge', version: '1.2.3', about: 'About.' }
const content = `observers:
  - name: tides
    when: { collection: app.bsky.feed.post, record: { field: text, contains: tide } }
    then:
      - webhook: { url: "https://example.org/hook", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }
      - log: { message: a tide }
`
const tides = {
  name: 'tides',
  when: { collection: ['app.bsky.feed.post'], record: { field: 'text', contains: 'tide' } },
  actions: ['webhook', 'log'],
}

describe('observe', () => {
  it('lists observers with what came to them', async () => {
    const { matched, lastMatchAt } = { matched: 3, lastMatchAt: '2026-01-01T00:00:00.000Z' }
    const list: ObserversControl['list'] = async () => [
      { ...tides, actions: ['webhook', 'log'], matched, lastMatchAt },
      { name: 'all', when: {}, actions: ['log'] },
    ]
    const { code, out } = await run({ list }, 'list')
    assert.equal(code, 0)
    assert.equal(
      out,
      'tides  app.bsky.feed.post  → webhook, log  3 events  2026-01-01T00:00:00.000Z\nall  *  → log  -  -\n',
    )
  })

  it('checks a file, and shows nothing of what actions are told', async () => {
    await using file = await write(content)
    assert.deepEqual(await run({}, 'check', file.path), {
      code: 0,
      out: `tides  → webhook, log\n${file.path}: 1 observer, all well\n`,
      err: '',
    })
    assert.deepEqual(JSON.parse((await run({}, 'check', file.path, '--json')).out), { observers: [tides] })
    await using other = await write(content.replace('contains', 'contain'))
    const { code, out, err } = await run({}, 'check', other.path)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /^tidegauge: \S+f\.yaml:3: .*contain: is not a known key; did you mean contains\?\n$/)
  })

  it('tells what a file would do about an event, and why not', async () => {
    const test: ObserversControl['test'] = async (event, observers = []) => tryEvent(observers, event)
    await using file = await write(content)
    const event = (text: string) =>
      JSON.stringify({ did: alice, collection: 'app.bsky.feed.post', rkey: '3l', record: { text } })
    const ask = async (text: string) =>
      (await run({ test }, 'test', event(text), '--observers', file.path)).out
    assert.equal(await ask('high tide'), 'tides  would run webhook, log\n')
    assert.equal(await ask('ebb'), 'tides  no: record does not fit\n')
  })

  it('tells what would have come since, and when it did not get to the end', async () => {
    let askedMs = 0
    const replay: ObserversControl['replay'] = async (sinceMs) => {
      askedMs = sinceMs
      return { records: 7, isComplete: false, observers: [{ observer: 'tides', events: 2, examples: [uri] }] }
    }
    const { code, out, err } = await run({ replay }, 'replay', '--since', '2026-01-01T00:00:00Z')
    assert.deepEqual([code, out, askedMs], [0, `tides  2 events\n  ${uri}\n`, Date.UTC(2026, 0, 1)])
    assert.match(err, /only the first 7 records were judged/)
  })

  const misused: readonly (readonly [args: readonly string[], says: string])[] = [
    [['check'], 'name one file: tidegauge observe check FILE'],
    [['test'], 'give one event: tidegauge observe test EVENT'],
    [['test', '{'], 'the event is neither an at:// URI nor JSON: put JSON in single quotes'],
    [['replay'], 'say since when: tidegauge observe replay --since 24h'],
  ]
  for (const [args, says] of misused)
    it(`says how it is used to ${args.join(' ')}`, async () => {
      const { code, err } = await run({}, ...args)
      assert.deepEqual([code, err], [2, `tidegauge: ${says}\n`])
    })
})

async function write(text: string) {
  const dir = await mkdtemp(join(tmpdir(), 'observe-'))
  const path = join(dir, 'f.yaml')
  await writeFile(path, text)
  return { path, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) }
}

/** Runs a command against a node with observers of its own. */
async function run(observers: Partial<ObserversControl>, ...args: readonly string[]) {
  const control = createTestControl()
  const none = () => ({})
  const api = createApi({
    storage: {} as Storage,
    search: {} as Search,
    control: { ...control, observers: { ...control.observers, ...observers } },
    log: createLog({ write: () => {} }),
    ready: none,
    stats: none,
    config: none,
    version: '1',
  })
  await using node = await listen(api, { port: 0 })
  const { terminal, written } = createTestTerminal()
  const place = args[0] === 'check' ? [] : ['--api', node.url.origin]
  const code = await runCli(['observe', ...args, ...place], {
    program,
    commands: commandsOf(program),
    terminal,
  })
  return { code, ...written }
}
