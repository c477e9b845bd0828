import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runCli } from '@tidegauge/tools/cli'
import { createTestTerminal } from '../../tools/cli/testing/test-terminal.ts'
import { createApi } from '../edge/http/api.ts'
import type { BackfillProgress, Control } from '../edge/http/control.ts'
import { listen } from '../edge/http/listen.ts'
import { createTestControl } from '../edge/http/testing/control.ts'
import type { Did } from '../model/did.ts'
import { TimeoutError } from '../model/errors.ts'
import { createLog } from '../model/log.ts'
import type { JobState } from '../state/queue/queue.ts'
import type { Search } from '../state/search/search.ts'
import type { RepoState, Storage } from '../state/storage/storage.ts'
import { commandsOf } from './table.ts'

const alice = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa' as Did
const bob = 'did:plc:bobbbbbbbbbbbbbbbbbbbbbb' as Did
const program = { name: 'tidegauge', version: '1.2.3', about: 'About.' }
const repo: RepoState = {
  did: alice,
  status: 'desync',
  content: 'desync',
  rev: '3k2b',
  desync: { reason: 'gap', sinceMs: 0 },
  updatedAtMs: 0,
}

/** Runs a command against a node with a control of its own. */
async function run(control: Partial<Control>, ...args: readonly string[]) {
  const none = () => ({})
  const storage = { getRepo: async (did) => (did === alice ? repo : undefined) } satisfies Partial<Storage>
  const api = createApi({
    storage: storage as unknown as Storage,
    search: {} as Search,
    control: createTestControl(control),
    log: createLog({ write: () => {} }),
    ready: none,
    stats: none,
    config: none,
    version: '1',
  })
  await using node = await listen(api, { port: 0 })
  const { terminal, written } = createTestTerminal()
  const code = await runCli([...args, '--api', node.url.origin], {
    program,
    commands: commandsOf(program),
    terminal,
  })
  return { code, ...written }
}

describe('sync', () => {
  const sync: Control['sync'] = async (did, trigger) => {
    if (did === bob) throw new TimeoutError('pds.example.org took too long')
    assert.equal(trigger, 'cli')
    return { did, rev: '3k2c', records: 3, sizeBytes: 900, joined: false }
  }

  it('says what has changed, a line for each repo, and ends with 1 when one has failed', async () => {
    assert.deepEqual(await run({ sync }, 'sync', alice, bob), {
      code: 1,
      out: `${alice}  synced  3k2c  3 records changed\n${bob}  failed (timeout)  pds.example.org took too long\n`,
      err: '',
    })
  })

  it('says it in JSON', async () => {
    const { code, out } = await run({ sync }, 'sync', alice, '--json')
    assert.deepEqual(
      [code, JSON.parse(out)],
      [0, { did: alice, rev: '3k2c', records: 3, sizeBytes: 900, joined: false, state: 'synced' }],
    )
  })

  it('takes at least one DID', async () => {
    const { code, err } = await run({}, 'sync')
    assert.deepEqual([code, err], [2, 'tidegauge: sync takes DIDs: tidegauge sync DID…\n'])
  })

  it('says what the node says of a DID that is none', async () => {
    const { code, err } = await run({ sync }, 'sync', 'alice')
    assert.equal(code, 2)
    assert.match(err, /did: must be a DID/)
  })
})

describe('repos track and untrack', () => {
  it('say how the repo stands, with the reason', async () => {
    const { code, out } = await run({ track: async () => repo }, 'repos', 'track', alice)
    assert.deepEqual([code, out], [0, `${alice}  desync (gap)  3k2b  1970-01-01T00:00:00.000Z  -\n`])
  })

  it('say what was removed and what was not there', async () => {
    const untrack = async (did: Did) => did === alice
    const { code, out, err } = await run({ untrack }, 'repos', 'untrack', alice, bob)
    assert.deepEqual([code, out], [1, `${alice}  removed\n`])
    assert.match(err, new RegExp(`^tidegauge: ${bob}: no such repo is known here`))
  })
})

describe('dead-letters', () => {
  const job: JobState = {
    id: 17,
    queue: 'repo',
    key: alice,
    state: 'dead',
    priority: 3,
    group: '',
    payload: '',
    attempts: 8,
    deaths: 0,
    addedMs: 0,
    dueMs: 0,
    error: 'it took\ntoo long',
  }
  const pages: Control['deadLetters'] = async ({ cursor }) =>
    cursor === undefined ? { jobs: [job], cursor: 'next' } : { jobs: [{ ...job, id: 18, key: bob }] }

  it('lists them, a line each, and says how to go on', async () => {
    const { code, out, err } = await run({ deadLetters: pages }, 'dead-letters')
    assert.deepEqual([code, err], [0, 'There is more: --cursor next\n'])
    assert.equal(out, `17  repo  ${alice}  1970-01-01T00:00:00.000Z  it took too long\n`)
  })

  it('lists actions of observers with what they were about', async () => {
    const uri = `at://${alice}/app.bsky.graph.follow/3l`
    const event = { operation: 'create', uri, did: alice }
    const payload = JSON.stringify({ observer: 'followers', action: 0, kind: 'webhook', event })
    const deadLetters: Control['deadLetters'] = async ({ kind }) =>
      kind === 'job' ? { jobs: [{ ...job, queue: 'actions', key: 'msg_1', payload }] } : { jobs: [] }
    assert.deepEqual(await run({ deadLetters }, 'dead-letters', '--kind', 'job'), {
      code: 0,
      out: `17  job  followers (webhook)  ${uri}  1970-01-01T00:00:00.000Z  it took too long\n`,
      err: '',
    })
  })

  it('puts back one, or all of them', async () => {
    const revived: number[] = []
    const control: Partial<Control> = {
      deadLetters: pages,
      revive: async (id) => {
        revived.push(id)
        return id < 99
      },
    }
    assert.equal((await run(control, 'dead-letters', '--retry', '17')).out, '1 put back\n')
    assert.equal((await run(control, 'dead-letters', '--retry-all')).out, '2 put back\n')
    assert.deepEqual(revived, [17, 17, 18])
    const { code, err } = await run(control, 'dead-letters', '--retry', '99')
    assert.deepEqual([code, err], [1, 'tidegauge: no dead letter has the number 99\n'])
  })

  it('takes one of the two flags', async () => {
    const { code, err } = await run({}, 'dead-letters', '--retry', '17', '--retry-all')
    assert.deepEqual([code, err], [2, 'tidegauge: give either --retry or --retry-all\n'])
  })
})

describe('backfill', () => {
  const half: BackfillProgress = {
    policy: 'all',
    listed: 2,
    isListed: true,
    waiting: 1,
    setAside: 0,
    setAsideHosts: [],
    running: 0,
    synced: 1,
    pending: 0,
    deadLetters: 0,
    reposPerSecond: 1,
    recordsPerSecond: 20,
    secondsLeft: 1,
  }
  const done: BackfillProgress = { ...half, waiting: 0, synced: 2, secondsLeft: 0 }

  /** A backfill that is done when it is asked for the second time. */
  function backfill(end = done): { readonly backfill: Control['backfill']; readonly calls: string[] } {
    const calls: string[] = []
    return {
      calls,
      backfill: {
        start: async () => void calls.push('start'),
        progress: async () => {
          calls.push('progress')
          return calls.length > 2 ? end : half
        },
      },
    }
  }

  it('begins it, and watches until it is done', async () => {
    const { calls, ...control } = backfill()
    const { code, out, err } = await run(control, 'backfill')
    assert.deepEqual([code, calls], [0, ['start', 'progress', 'progress']])
    assert.equal(err, '[##########----------]  1 of 2 repos  1 repos/s  20 records/s  1 s left\n')
    assert.equal(out, '[####################]  2 of 2 repos  1 repos/s  20 records/s\n')
  })

  it('only shows it, when that is asked for', async () => {
    const { calls, ...control } = backfill()
    const { code, out } = await run(control, 'backfill', '--status', '--json')
    assert.deepEqual([code, calls, JSON.parse(out)], [0, ['progress'], half])
  })

  it('does not wait for repos that are set aside, and says whom they wait for', async () => {
    const aside = { waiting: 1, setAside: 1, setAsideHosts: [{ host: 'pds.test', repos: 1 }] }
    const { code, out } = await run(backfill({ ...done, ...aside }), 'backfill')
    assert.equal(code, 0)
    assert.match(
      out,
      /\n1 repo waits for its owner or host \(host pds\.test\); it is fetched once that acts\n$/,
    )
    const json = await run(backfill({ ...done, ...aside }), 'backfill', '--json')
    assert.deepEqual(JSON.parse(json.out), { ...done, ...aside })
  })

  it('does not wait for a listing that has failed, and says so', async () => {
    const listFailure = 'pds.test lists neither repos nor hosts'
    const { code, err } = await run(backfill({ ...done, isListed: false, listFailure }), 'backfill')
    assert.equal(code, 1)
    assert.match(err, /not all listed: pds\.test lists neither/)
  })

  it('ends with 1 when repos were given up', async () => {
    const { code, out } = await run(backfill({ ...done, deadLetters: 2 }), 'backfill')
    assert.equal(code, 1)
    assert.match(out, /2 given up\n$/)
  })
})
