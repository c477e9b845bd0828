import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { Identity } from './identity.ts'
import type { KeptIdentities, KeptIdentity } from './keeper.ts'
import type { IdentityOptions } from './options.ts'
import { Clock } from './testing/clock.ts'
import { sendDocument, setupDirectory, testDid, testDocument, testKey } from './testing/documents.ts'

/** A disk that can fail. */
class Disk implements KeptIdentities {
  readonly rows = new Map<Did, KeptIdentity>()
  isBroken = false
  reads = 0

  async find(did: Did) {
    this.reads += 1
    this.#fail()
    return this.rows.get(did)
  }

  async keep(identities: readonly KeptIdentity[]) {
    this.#fail()
    for (const identity of identities) this.rows.set(identity.did, identity)
  }

  async forget(dids: readonly Did[]) {
    this.#fail()
    for (const did of dids) this.rows.delete(did)
  }

  #fail(): void {
    if (this.isBroken) throw new Error('the disk is full')
  }
}

const [alice, bob] = [testDid(1), testDid(2)]
const hour = 3_600_000

/** Resolves DIDs, and ends. @returns the address that the directory had. */
async function resolveOnce(disk: Disk, dids: readonly Did[], options: Partial<IdentityOptions> = {}) {
  await using test = await setupDirectory(sendDocument, { kept: disk, ...options })
  for (const did of dids) await test.identity.resolve(did)
  return new URL(`http://${test.host}`)
}

describe('what was resolved before', () => {
  it('outlives the process, and a directory that is gone', async () => {
    const disk = new Disk()
    const { now } = new Clock()
    const plc = await resolveOnce(disk, [alice], { now })
    const outcomes: string[] = []
    const later = { now: () => now() + 48 * hour, onLookup: (_: string, how: string) => outcomes.push(how) }
    await using identity = new Identity({ plc, kept: disk, ...later })
    const known = await identity.resolve(alice, { allowStale: true })
    assert.deepEqual(known, {
      did: alice,
      signingKey: await testKey(),
      pds: 'https://pds.example',
      handle: 'alice.test',
    })
    assert.equal(identity.peek(alice), known)
    await assert.rejects(identity.resolve(alice), { name: 'UpstreamError' }, 'who wants the host waits')
    await assert.rejects(identity.resolve(alice, { refresh: true }), { name: 'UpstreamError' })
    await assert.rejects(identity.resolve(bob, { allowStale: true }), { name: 'UpstreamError' })
    assert.ok(outcomes.length > 0 && outcomes.every((how) => how === 'error'))
  })

  it('leaves one to ask for, so that a directory that is gone is seen though nobody needs it', async () => {
    const disk = new Disk()
    const plc = await resolveOnce(disk, [alice])
    await using identity = new Identity({ plc, kept: disk })
    await identity.resolve(alice)
    assert.equal(identity.directoryTrouble?.reason, undefined)
    await identity.probeDirectory()
    assert.match(identity.directoryTrouble?.reason ?? '', /failed to answer/)
  })

  it('is not asked about again while it is up to date', async () => {
    const disk = new Disk()
    await resolveOnce(disk, [alice])
    const [row] = disk.rows.values()
    await using test = await setupDirectory(sendDocument, { kept: disk })
    disk.rows.set(alice, { ...(row as KeptIdentity), directory: `http://${test.host}` })
    const answers = await Promise.all(Array.from({ length: 20 }, () => test.identity.resolve(alice)))
    assert.equal(new Set(answers).size, 1)
    assert.equal(test.asked.length, 0)
    assert.equal(disk.reads, 2, 'once in each life')
  })

  it('serves while it is asked about in passing, four at a time', async () => {
    const clock = new Clock()
    const answers: (() => Promise<void>)[] = []
    const dids = Array.from({ length: 10 }, (_, index) => testDid(index))
    let isOpen = true
    await using test = await setupDirectory(
      (response) => {
        if (isOpen) void sendDocument(response)
        else answers.push(() => sendDocument(response))
      },
      { now: clock.now },
    )
    const before = await Promise.all(dids.map((did) => test.identity.resolve(did)))
    isOpen = false
    clock.ms += hour
    for (let times = 0; times < 3; times++)
      assert.deepEqual(
        dids.map((did) => test.identity.peek(did)),
        before,
      )
    await until(() => answers.length === 4)
    isOpen = true
    for (const answer of answers) await answer()
    await until(() => test.identity.waiting === 0)
    assert.notEqual(test.identity.peek(dids[0] as Did), before[0])
    assert.equal(test.asked.length, 14)
  })

  it('is not used once it may have changed, in this life nor in the next', async () => {
    const disk = new Disk()
    const plc = await resolveOnce(disk, [alice, bob])
    {
      await using identity = new Identity({ plc, kept: disk })
      await identity.resolve(alice)
      identity.forget(alice)
      identity.forget(bob)
      await new Promise(setImmediate)
      assert.equal(disk.rows.size, 0, 'by the end of the turn')
      await assert.rejects(identity.resolve(alice, { allowStale: true }), { name: 'UpstreamError' })
    }
    await using identity = new Identity({ plc, kept: disk })
    for (const did of [alice, bob])
      await assert.rejects(identity.resolve(did, { allowStale: true }), { name: 'UpstreamError' })
  })

  it('is not kept from an answer that was on its way when it was forgotten', async () => {
    const disk = new Disk()
    const answers: (() => Promise<void>)[] = []
    {
      await using test = await setupDirectory((response) => answers.push(() => sendDocument(response)), {
        kept: disk,
      })
      const resolved = test.identity.resolve(alice)
      await until(() => answers.length === 1)
      test.identity.forget(alice)
      await answers[0]?.()
      await resolved
    }
    assert.equal(disk.rows.size, 0)
  })

  it('is not taken from another directory', async () => {
    const disk = new Disk()
    await resolveOnce(disk, [alice])
    await using test = await setupDirectory(
      async (response) => void response.end(JSON.stringify(await testDocument(alice, 'other.test'))),
      { kept: disk },
    )
    assert.equal((await test.identity.resolve(alice, { allowStale: true })).handle, 'other.test')
  })

  it('is gone where its DID no longer exists', async () => {
    const disk = new Disk()
    const { now } = new Clock()
    await resolveOnce(disk, [alice], { now })
    await using test = await setupDirectory((response) => void response.writeHead(404).end(), { kept: disk })
    await assert.rejects(test.identity.resolve(alice), { name: 'InvalidError' })
    await until(() => disk.rows.size === 0)
  })

  it('does without a disk that fails, says so, and writes when it works again', async () => {
    const disk = new Disk()
    const problems: string[] = []
    const onKeepError = (error: unknown) => void problems.push(String(error))
    {
      await using test = await setupDirectory(sendDocument, { kept: disk, onKeepError })
      disk.isBroken = true
      await test.identity.resolve(alice)
      await until(() => problems.length === 2)
      disk.isBroken = false
      await test.identity.resolve(bob)
    }
    assert.deepEqual([...disk.rows.keys()], [alice, bob])
    assert.deepEqual(new Set(problems), new Set(['Error: the disk is full']))
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}
