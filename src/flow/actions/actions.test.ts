import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { NotKeptError, RateLimitedError, SetupError, UpstreamError } from '../../model/errors.ts'
import { createLog } from '../../model/log.ts'
import { recordUri } from '../../model/record.ts'
import { createCacheAction } from './cache-action.ts'
import { loadCustomAction } from './custom.ts'
import { createLogAction } from './log-action.ts'
import { createSearchAction, type IndexText } from './search-action.ts'
import { createSyncAction } from './sync-action.ts'
import { alice, call } from './testing/call.ts'

describe('an action', () => {
  it('logs the change, whatever strangers have written', async () => {
    const lines: string[] = []
    const log = createLog({ write: (line) => lines.push(line) })
    const act = createLogAction({ log, level: 'warn', message: 'a post' })
    assert.deepEqual(await act(call({ uri: 'at://x\ny' })), { success: true })
    assert.match(
      lines.join(),
      /^\S+ warn {2}a post observer=one operation=create uri="at:\/\/x\\ny" rev=3lctide2222\n$/,
    )
  })

  it('makes texts of a record searchable', async () => {
    const indexed: unknown[] = []
    const indexText: IndexText = async (place, text) => void indexed.push([recordUri(place), text])
    const of = (fields: readonly string[]) => createSearchAction({ indexText, fields })
    await of(['tags', 'text'])(call())
    await of(['nothing'])(call())
    const uri = `at://${alice}/app.bsky.feed.post/3lc`
    assert.deepEqual(indexed, [
      [uri, 'sea\nmoon\nhigh tide'],
      [uri, undefined],
    ])
  })

  it('forgets what was looked up', async () => {
    const forgotten: unknown[] = []
    const act = createCacheAction({
      forget: async (what, { did }) => void forgotten.push([what, did]),
      what: 'identity',
    })
    assert.deepEqual(await act(call()), { success: true })
    assert.deepEqual(forgotten, [['identity', alice]])
  })

  it('syncs the repo of the record, or the one that it names', async () => {
    const synced: unknown[] = []
    const syncOnce = async (did: string, trigger: string) => {
      synced.push([did, trigger])
      return { did: alice, rev: '3lc', records: 1, sizeBytes: 1, joined: false }
    }
    assert.deepEqual(await createSyncAction({ syncOnce })(call()), { success: true })
    assert.deepEqual(await createSyncAction({ syncOnce, field: 'subject' })(call()), { success: true })
    assert.deepEqual(synced, [
      [alice, 'observer'],
      ['did:plc:bob', 'observer'],
    ])
    assert.deepEqual(await createSyncAction({ syncOnce, field: 'text' })(call()), {
      success: false,
      error: `at://${alice}/app.bsky.feed.post/3lc names no DID in text`,
      isFinal: true,
    })
  })

  const failures = [
    [new NotKeptError('not kept'), { success: false, error: 'not kept', isFinal: true }],
    [new RateLimitedError('slow down', 500), { success: false, error: 'slow down', retryAfterMs: 500 }],
  ] as const
  for (const [error, outcome] of failures)
    it(`says when to sync again after ${error.name}`, async () => {
      assert.deepEqual(await createSyncAction({ syncOnce: () => Promise.reject(error) })(call()), outcome)
    })

  it('leaves other failures of a sync run to whoever repeats them', async () => {
    const act = createSyncAction({ syncOnce: () => Promise.reject(new UpstreamError('down')) })
    await assert.rejects(act(call()), UpstreamError)
  })

  const modules = [
    [
      'export default async ({ id }, { ok }) => ({ success: ok, error: id })',
      { success: false, error: 'msg_2b3c' },
    ],
    ['export default () => {}', { success: true }],
  ] as const
  for (const [source, outcome] of modules)
    it(`runs a module: ${source}`, async () => {
      await using module = await write(source)
      const act = await loadCustomAction(module.path, { ok: false }, 'f.yaml:7: module')
      assert.deepEqual(await act(call()), outcome)
    })

  for (const [source, says] of [
    [
      'export const other = 1',
      /^f\.yaml:7: module: .+ exports no function as its default; write "export default async/,
    ],
    ['import', /^f\.yaml:7: module: .+action\.mjs cannot be loaded \(.+\); correct it$/],
    ['throw undefined', /cannot be loaded \(undefined\); correct it$/],
  ] as const)
    it(`refuses a module: ${source}`, async () => {
      await using module = await write(source)
      await assert.rejects(loadCustomAction(module.path, undefined, 'f.yaml:7: module'), (error) => {
        assert.ok(error instanceof SetupError)
        assert.match(error.message, says)
        return true
      })
    })
})

async function write(source: string) {
  const dir = await mkdtemp(join(tmpdir(), 'custom-action-'))
  const path = join(dir, 'action.mjs')
  await writeFile(path, source)
  return { path, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) }
}
