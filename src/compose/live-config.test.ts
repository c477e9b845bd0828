import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import type { ChangeableKey } from '../edge/contract/config.ts'
import { SetupError } from '../model/errors.ts'
import { createLog } from '../model/log.ts'
import { keptConfigPath, readKeptConfig } from './kept-config.ts'
import { type ChangeableValues, LiveConfig, unchangedSettings } from './live-config.ts'

const started: ChangeableValues = {
  collections: [],
  backfillConcurrency: 4,
  hostConcurrency: 2,
  logLevel: 'info',
}

describe('the configuration that may change', () => {
  const dir = mkdtempSync(join(tmpdir(), 'live-config-'))
  const file = keptConfigPath(dir)
  after(() => rmSync(dir, { recursive: true, force: true }))
  beforeEach(() => rmSync(file, { force: true }))

  function open(apply: (values: ChangeableValues) => Promise<string | undefined> = async () => undefined) {
    const counted: ChangeableKey[] = []
    const lines: string[] = []
    const live = new LiveConfig({
      dir,
      ...unchangedSettings(started),
      apply,
      onChange: (setting) => counted.push(setting),
      log: createLog({ write: (line) => lines.push(line) }),
    })
    return { live, counted, lines }
  }

  it('changes what is named, and says and counts each change once', async () => {
    const applied: ChangeableValues[] = []
    const { live, counted, lines } = open(async (values) => void applied.push(values))
    await live.change({ logLevel: 'debug', hostConcurrency: 2 }, { persist: false })
    assert.deepEqual(applied, [{ ...started, logLevel: 'debug' }])
    assert.deepEqual(live.current.logLevel, { value: 'debug', origin: 'PATCH /config' })
    assert.deepEqual(counted, ['logLevel'])
    assert.equal(lines.length, 1)
    assert.match(
      lines[0] ?? '',
      /was changed setting=logLevel was="\\"info\\"" now="\\"debug\\"" persist=false/,
    )
    await live.change({ logLevel: 'debug' }, { persist: false })
    assert.deepEqual([applied.length, counted.length], [1, 1])
    assert.deepEqual(await readKeptConfig(dir), {})
  })

  it('keeps what is to outlive a restart, for its user alone, beside what was kept before', async () => {
    const { live } = open()
    await live.change({ collections: ['a.b.*'] }, { persist: true })
    await live.change({ logLevel: 'warn' }, { persist: true })
    await live.change({ hostConcurrency: 7 }, { persist: false })
    assert.deepEqual(await readKeptConfig(dir), { collections: ['a.b.*'], logLevel: 'warn' })
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(live.current.collections.origin, file)
  })

  it('goes back to what it was started with, and forgets what was kept', async () => {
    const { live } = open()
    await live.change({ logLevel: 'warn' }, { persist: true })
    await live.change({ logLevel: null }, { persist: true })
    assert.deepEqual(live.current.logLevel, { value: 'info', origin: 'default' })
    assert.throws(() => statSync(file), { code: 'ENOENT' })
  })

  it('is what it was where a change cannot be made, on disk too', async () => {
    let end = async (): Promise<string | undefined> => undefined
    const { live, counted } = open(() => end())
    await live.change({ logLevel: 'warn' }, { persist: true })
    end = async () => 'not now'
    assert.equal(await live.change({ collections: ['a.b.c'] }, { persist: true }), 'not now')
    end = () => Promise.reject(new Error('the disk is full'))
    await assert.rejects(live.change({ collections: ['a.b.c'] }, { persist: true }), /disk is full/)
    assert.deepEqual(live.current.collections.value, [])
    assert.deepEqual(await readKeptConfig(dir), { logLevel: 'warn' })
    assert.deepEqual(counted, ['logLevel'])
  })

  it('makes changes one after another', async () => {
    const first = Promise.withResolvers<void>()
    const order: string[] = []
    const { live } = open(async ({ logLevel }) => {
      order.push(logLevel)
      if (order.length === 1) await first.promise
      return undefined
    })
    const changes = [
      live.change({ logLevel: 'debug' }, { persist: false }),
      live.change({ logLevel: 'error' }, { persist: false }),
    ]
    first.resolve()
    await Promise.all(changes)
    assert.deepEqual(order, ['debug', 'error'])
    assert.equal(live.current.logLevel.value, 'error')
  })

  const broken = [
    { text: '{', says: /config\.json is not JSON: correct it, or remove it/ },
    { text: '{"port":1}', says: /config\.json: .*port.*; correct it/i },
    { text: '{"logLevel":"loud"}', says: /config\.json: logLevel: .*; correct it/ },
    { text: '{"collections":["post"]}', says: /config\.json: collections\.0: must be a collection/ },
  ]
  for (const { text, says } of broken)
    it(`says what is wrong with ${text}`, async () => {
      writeFileSync(file, text)
      await assert.rejects(
        readKeptConfig(dir),
        (error) => error instanceof SetupError && says.test(error.message),
      )
      assert.equal(readFileSync(file, 'utf8'), text)
    })

  it('keeps nothing where that cannot be written, and changes nothing', async () => {
    const { live } = open()
    const none = new LiveConfig({
      dir: join(dir, 'none'),
      ...unchangedSettings(started),
      apply: () => assert.fail('it was applied'),
      log: createLog({ write: () => {} }),
    })
    await assert.rejects(none.change({ logLevel: 'warn' }, { persist: true }), { code: 'ENOENT' })
    assert.equal(none.current.logLevel.value, 'info')
    assert.equal(live.current.logLevel.value, 'info')
  })
})
