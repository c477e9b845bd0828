import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'
import { encode } from '@atcute/cbor'
import { readObservers } from '../cli/observers-file.ts'
import { actionsQueue } from '../model/action.ts'
import type { Did } from '../model/did.ts'
import type { Operation } from '../model/event.ts'
import { encodeEvent } from '../model/event-bytes.ts'
import { createLog } from '../model/log.ts'
import type { SyncOnce } from '../model/sync.ts'
import { Database } from '../state/database.ts'
import { observed } from '../state/streams/streams.ts'
import { openObservers } from './observers.ts'
import { openStores } from './stores.ts'

const examples = join(import.meta.dirname, '../../examples/observers')
const alice = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' as Did
const bob = 'did:plc:bbbbbbbbbbbbbbbbbbbbbbbb' as Did
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('the examples of observers', () => {
  it('are all tried here', async () => {
    const files = (await readdir(examples)).filter((file) => file.endsWith('.yaml'))
    assert.deepEqual(files, ['cache.yaml', 'changed-profiles.yaml', 'digest.yaml', 'new-followers.yaml'])
  })

  it('and that of the documentation can be read', async () => {
    const page = await readFile(join(examples, '../../docs/observers.md'), 'utf8')
    const [, content = ''] = /```yaml observers\.yaml\n([\s\S]+?)```/.exec(page) ?? []
    const folder = await mkdtemp(join(tmpdir(), 'documented-'))
    await using stack = new AsyncDisposableStack()
    stack.defer(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'observers.yaml'), content)
    process.env.HOOK_SECRET = secret
    const { file } = await readObservers(join(folder, 'observers.yaml'))
    assert.deepEqual(
      file.observers.map(({ name }) => name),
      ['new-followers'],
    )
  })

  it('tell a program of each new follower of an account', async () => {
    const receiver = spawn(process.execPath, [join(examples, 'receiver.mjs')], {
      env: { ...process.env, HOOK_SECRET: secret, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await using stack = new AsyncDisposableStack()
    stack.defer(async () => {
      receiver.kill()
      await once(receiver, 'exit')
    })
    const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]()
    const url = (await lines.next()).value?.replace('takes webhooks on ', '')
    Object.assign(process.env, { FOLLOWED_DID: bob, HOOK_URL: url, HOOK_SECRET: secret })
    await run('new-followers.yaml', [
      write('create', 'app.bsky.graph.follow', { subject: alice }),
      write('create', 'app.bsky.graph.follow', { subject: bob }),
      write('delete', 'app.bsky.graph.follow'),
    ])
    assert.equal((await lines.next()).value, `${alice} follows ${bob}`)
  })

  it('keep a digest', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'digest-'))
    await using stack = new AsyncDisposableStack()
    stack.defer(() => rm(folder, { recursive: true }))
    process.env.DIGEST_FOLDER = join(folder, 'made')
    await run('digest.yaml', [
      write('create', 'app.bsky.feed.post', { text: 'Tide is high' }),
      write('create', 'app.bsky.feed.post', { text: 'betide' }),
      write('create', 'app.bsky.feed.post', { text: 'tides', langs: ['en', 'ja'] }),
    ])
    const [file, ...more] = await readdir(join(folder, 'made'))
    assert.deepEqual([file, more], ['2026-01-01.jsonl', []])
    const line = JSON.parse(await readFile(join(folder, 'made', '2026-01-01.jsonl'), 'utf8'))
    assert.match(line.id, /^msg_/)
    assert.deepEqual([line.text, line.uri], ['Tide is high', `at://${alice}/app.bsky.feed.post/0`])
  })

  it('sync a repo whose profile has changed', async () => {
    const { synced } = await run('changed-profiles.yaml', [
      write('create', 'app.bsky.actor.profile', {}),
      write('update', 'app.bsky.actor.profile', {}),
    ])
    assert.deepEqual(synced, [[alice, 'observer']])
  })

  it('forget what was looked up about an account that has moved', async () => {
    const { forgotten, hits } = await run('cache.yaml', [
      write('update', 'app.bsky.actor.profile', { description: 'I have moved to example.org' }),
    ])
    assert.deepEqual({ forgotten, hits }, { forgotten: [alice], hits: [false, true] })
  })
})

function write(op: Operation['op'], collection: `${string}.${string}.${string}`, record: object = {}) {
  return { op, collection, record }
}

/** Lets an example observe what alice does, until all its actions are done. */
async function run(name: string, writes: readonly ReturnType<typeof write>[]) {
  await using stack = new AsyncDisposableStack()
  const stores = openStores(stack.use(new Database()))
  const { storage, queue, streams, cache } = stores
  await storage.apply([{ repo: { did: alice, status: 'synced', content: 'synced', updatedAtMs: 1 } }])
  const operations = writes.map(({ op, collection, record }, at): Operation => {
    const place = { collection, rkey: `${at}` }
    return op === 'delete' ? { op, ...place } : { op, ...place, cid: 'bafy', record: encode(record) }
  })
  await streams.append(observed, [
    encodeEvent({
      kind: 'commit',
      did: alice,
      seq: 1,
      timeMs: Date.UTC(2026, 0, 1),
      rev: '3lc',
      data: 'tree',
      operations,
    }),
  ])
  const owners = [alice, bob]
  const lookUp = async () => {
    const missing: string[] = []
    await cache.get(
      owners.map((owner) => ({ key: owner, owner })),
      async (keys) => {
        missing.push(...keys.map(({ owner }) => owner))
        return keys.map(() => ({ bytes: new Uint8Array() }) as never)
      },
    )
    return owners.map((owner) => !missing.includes(owner))
  }
  await lookUp()

  const synced: unknown[] = []
  const forgotten: Did[] = []
  const syncOnce: SyncOnce = async (did, trigger) => {
    synced.push([did, trigger])
    return { did, rev: '3lc', records: 0, sizeBytes: 0, joined: false }
  }
  const observers = await openObservers({
    config: await readObservers(join(examples, name)),
    stores,
    engine: { identity: { forget: (did: Did) => forgotten.push(did) } as never },
    syncOnce,
    allowLoopback: true,
    log: createLog({ write: () => {} }),
    stack,
  })
  const stop = new AbortController()
  const running = observers.run(stop.signal)
  await streams.drained(observed, 1, stop.signal)
  for (;;) {
    const { waiting, running, dead } = await queue.totals(actionsQueue)
    assert.equal(dead, 0)
    if (waiting + running === 0) break
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  stop.abort()
  await running
  return { synced, forgotten, hits: await lookUp() }
}
