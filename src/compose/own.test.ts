import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { SetupError } from '../model/errors.ts'
import { createLog } from '../model/log.ts'
import type { Hosts } from '../net/host/host.ts'
import { Database } from '../state/database.ts'
import { keyFileName } from '../state/local/key-file.ts'
import { SqliteLocalStore } from '../state/local/sqlite.ts'
import { Own } from './own.ts'
import { OwnHosts } from './own-hosts.ts'

const place = { publicUrl: new URL('https://gauge.example.org'), ownDid: undefined }
const did = 'did:web:gauge.example.org'
const key = { collection: 'a.b.note', rkey: 'x' }

describe('Own', () => {
  let dir: string
  let database: Database
  let lines: string[]
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tidegauge-own-'))
    database = new Database({ dir })
    lines = []
  })
  afterEach(() => {
    database[Symbol.dispose]()
    rmSync(dir, { recursive: true })
  })
  const create = () =>
    new Own({
      store: new SqliteLocalStore({ database }),
      dir,
      log: createLog({ level: 'warn', write: (line) => lines.push(line) }),
    })
  const refused = (message: RegExp) => (error: unknown) =>
    error instanceof SetupError && message.test(error.message)

  it('makes its key at the first start, and has the same from then on', async () => {
    const first = create()
    assert.equal(first.identity(did), undefined)
    const { key: made } = await first.open(place, 3000, () => {})
    assert.deepEqual(first.identity(did), {
      did,
      signingKey: made.multikey,
      pds: 'https://gauge.example.org',
      handle: 'gauge.example.org',
    })
    const second = await create().open(place, 3000, () => {})
    assert.equal(second.key.multikey, made.multikey)
    assert.deepEqual(lines, [])
  })

  it('tells each write, and answers for its own host and for no other', async () => {
    const told: string[] = []
    const own = create()
    const repo = await own.open(place, 3000, ({ trigger }) => told.push(trigger))
    await repo.put(key, { n: 1 })
    await repo.put(key, { n: 2 })
    assert.deepEqual(told, ['write', 'edit'])
    const asked: string[] = []
    const others = {
      getLatestCommit: async (_host: URL, other: string) => {
        asked.push(other)
        return { rev: 'theirs', cid: '' }
      },
    } as unknown as Hosts
    const hosts = new OwnHosts(others, own)
    const host = new URL('https://gauge.example.org')
    assert.equal((await hosts.getLatestCommit(host, did)).rev, (await repo.head())?.rev)
    assert.deepEqual(await hosts.getRepoStatus(host, did), { active: true })
    assert.equal((await hosts.getLatestCommit(host, 'did:web:else.example')).rev, 'theirs')
    assert.deepEqual(asked, ['did:web:else.example'])
  })

  it('is there for a command, where it has been written', async () => {
    const idle = create()
    await idle.openStored()
    assert.equal(idle.repo, undefined)
    const repo = await create().open(place, 3000, () => {})
    const { rev } = await repo.put(key, { n: 1 })
    const stored = create()
    await stored.openStored()
    assert.equal((await stored.hostOf(did)?.getLatestCommit(place.publicUrl, did))?.rev, rev)
    assert.equal(stored.identity(did)?.pds, 'https://gauge.example.org')
  })

  it('keeps its DID once it is written, and may change it before', async () => {
    const elsewhere = { ...place, publicUrl: new URL('https://other.example.org') }
    await create().open(elsewhere, 3000, () => {})
    await (await create().open(place, 3000, () => {})).put(key, { n: 1 })
    await assert.rejects(
      create().open(elsewhere, 3000, () => {}),
      refused(/that of did:web:gauge\.example\.org, and not of did:web:other\.example\.org: .*--public-url/),
    )
    const unsaid = await create().open({ publicUrl: undefined, ownDid: undefined }, 3000, () => {})
    assert.equal(unsaid.did, did)
  })

  it('does not make another key for what was written with the one that is gone', async () => {
    await (await create().open(place, 3000, () => {})).put(key, { n: 1 })
    rmSync(join(dir, keyFileName))
    await assert.rejects(
      create().open(place, 3000, () => {}),
      refused(/is gone: put it back/),
    )
  })

  it('says where nobody will find it', async () => {
    const here = { publicUrl: undefined, ownDid: undefined }
    await (await create().open(here, 3000, () => {})).put(key, { n: 1 })
    await create().open(here, 4000, () => {})
    assert.match(lines.join(), /start with --port 3000/)
  })
})
