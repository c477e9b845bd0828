import assert from 'node:assert/strict'
import { mkdirSync, mkdtempDisposableSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { startDemoNetwork } from '../../src/demo/network.ts'
import { FaultyHost, hanging } from './harness/faulty-host.ts'
import { MountedFolder, mountReadOnly } from './harness/mounted-folder.ts'
import { freePort } from './harness/network.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

interface Answer {
  readonly detail?: string
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>
  readonly reasons?: readonly { part: string; reason: string; since: string; mend: string }[]
}

describe('GET /ready', () => {
  it('says that the disk is full, and goes on by itself when there is room', async () => {
    using disk = new MountedFolder(48)
    using folder = mkdtempDisposableSync(join(tmpdir(), 'tidegauge-demo-'))
    // The network has a disk of its own, so that its events go on.
    await using demo = await startDemoNetwork({ dir: folder.path, eventsPerSecond: 5 })
    const pds = { url: demo.relay.href, plc: demo.plc.href }
    await using service = await startTidegauge({ pds, dataDir: join(disk.path, 'data') })
    await isReady(service)
    disk.fill()
    await failsAt(service, 'storage', /the disk of .* is full/, /make room/)
    await failsAt(service, 'ingest', /database or disk is full/)
    disk.empty()
    await isReady(service)
    for (const part of ['storage', 'ingest']) tellsOnce(service, part)
    assert.equal(await service.stop(), 0)
  })

  it('says that the data folder is gone, or another in its place', async () => {
    using parent = mkdtempDisposableSync(join(tmpdir(), 'tidegauge-moved-'))
    const [dataDir, elsewhere] = [join(parent.path, 'data'), join(parent.path, 'elsewhere')]
    await using service = await startTidegauge({ dataDir })
    await isReady(service)
    renameSync(dataDir, elsewhere)
    await failsAt(service, 'storage', /is gone: it was moved or deleted/, /put .* back/)
    mkdirSync(dataDir)
    new DatabaseSync(join(dataDir, 'tidegauge.db')).exec('CREATE TABLE other (one)')
    await failsAt(service, 'storage', /another file than the one that is written to/, /restart/)
    renameSync(dataDir, join(parent.path, 'other'))
    renameSync(elsewhere, dataDir)
    await isReady(service)
    tellsOnce(service, 'storage')
  })

  it('says that the data folder is read-only', async () => {
    await using service = await startTidegauge()
    await isReady(service)
    {
      using _readOnly = mountReadOnly(service.dataDir)
      await failsAt(service, 'storage', /cannot be written by this user \(EROFS\)/, /mount it for writing/)
    }
    await isReady(service)
    tellsOnce(service, 'storage')
  })

  it('says that indexing stands still, though all else works', async () => {
    await using service = await startTidegauge()
    await isReady(service)
    using other = new DatabaseSync(service.database, { timeout: 10_000 })
    other.exec('ALTER TABLE record RENAME TO record_gone')
    const { checks } = await failsAt(service, 'indexing', /none is indexed: .*no such table/)
    assert.equal(checks.ingest, 'ok')
    other.exec('ALTER TABLE record_gone RENAME TO record')
    await isReady(service)
    tellsOnce(service, 'indexing')
  })

  it('says that the directory of DIDs hangs, and sees by itself that it answers again', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'tidegauge-demo-'))
    await using demo = await startDemoNetwork({ dir: folder.path, eventsPerSecond: 5 })
    await using directory = new FaultyHost(demo.plc.href, await freePort())
    directory.fault = hanging
    await using service = await startTidegauge({ pds: { url: demo.relay.href, plc: directory.url } })
    const { checks } = await failsAt(service, 'directory', /./, /can http:\/\/127.0.0.1:\d+ be reached/)
    assert.equal(checks.storage, 'ok')
    assert.equal(service.log().match(/directory of DIDs has stopped answering/g)?.length, 1)
    directory.fault = undefined
    await isReady(service)
    assert.equal(service.log().match(/directory of DIDs answers again/g)?.length, 1)
  })

  it('says that the relay is gone, while the process is as alive as ever', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'tidegauge-demo-'))
    const demo = await startDemoNetwork({ dir: folder.path, eventsPerSecond: 0 })
    await using service = await startTidegauge({ pds: { url: demo.relay.href, plc: demo.plc.href } })
    await isReady(service)
    await demo[Symbol.asyncDispose]()
    await failsAt(service, 'relay', /not connected to http/, /by itself/)
    assert.equal((await service.call('GET', '/health')).status, 200)
  })
})

async function isReady(service: Tidegauge): Promise<void> {
  await eventually(async () => {
    const { status, body } = await service.call('GET', '/ready')
    assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(new Set(Object.values((body as Answer).checks)), new Set(['ok']))
  })
}

/** Waits until a part is said not to work, for this reason and with this advice. */
async function failsAt(service: Tidegauge, part: string, reason: RegExp, mend = /./): Promise<Answer> {
  return await eventually(async () => {
    const { status, body } = await service.call('GET', '/ready')
    assert.equal(status, 503, `${part} should not work`)
    const { checks, reasons = [] } = body as Answer
    const found = reasons.find((one) => one.part === part)
    assert.match(found?.reason ?? '', reason)
    assert.match(found?.mend ?? '', mend)
    assert.ok(Date.parse(found?.since ?? '') <= Date.now())
    assert.equal(checks[part], 'failing')
    return body as Answer
  })
}

function tellsOnce(service: Tidegauge, part: string): void {
  const count = (line: RegExp) => service.log().match(line)?.length
  assert.equal(count(new RegExp(`error ${part} does not work`, 'g')), 1, part)
  assert.equal(count(new RegExp(`info +${part} works again`, 'g')), 1, part)
}
