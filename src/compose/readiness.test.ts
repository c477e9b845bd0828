import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Fault } from '../model/fault.ts'
import { createLog } from '../model/log.ts'
import { Standstill } from './checks.ts'
import { Readiness } from './readiness.ts'

const full: Fault = { reason: 'the disk is full', mend: 'make room' }

function setup() {
  const faults: { disk: Fault | undefined; relay: Fault | undefined } = { disk: undefined, relay: undefined }
  let lines = ''
  let nowMs = 1_700_000_000_000
  const log = createLog({ now: () => new Date(nowMs), write: (line) => (lines += line) })
  const readiness = new Readiness({
    checks: {
      disk: { find: () => faults.disk },
      relay: { find: async () => faults.relay, isLogged: true },
    },
    log,
    now: () => nowMs,
    freshMs: 0,
  })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { faults, readiness, pass, logged: () => lines.trimEnd().split('\n').filter(Boolean) }
}

describe('readiness', () => {
  it('is that of each part, with what has kept it since when', async () => {
    const { faults, readiness, pass } = setup()
    assert.deepEqual(await readiness.parts(), { disk: 'ok', relay: 'ok' })
    faults.disk = full
    assert.deepEqual((await readiness.parts()).disk, { ...full, sinceMs: 1_700_000_000_000 })
    pass(5000)
    faults.disk = { ...full, reason: 'the disk is still full' }
    const later = { reason: 'the disk is still full', mend: 'make room', sinceMs: 1_700_000_000_000 }
    assert.deepEqual(await readiness.parts(), { disk: later, relay: 'ok' })
    faults.disk = undefined
    faults.relay = { ...full, sinceMs: 1000 }
    assert.deepEqual(await readiness.parts(), { disk: 'ok', relay: { ...full, sinceMs: 1000 } })
  })

  it('is logged once when it changes, and not where the part logs that itself', async () => {
    const { faults, readiness, pass, logged } = setup()
    await readiness.parts()
    for (const fault of [full, full, full]) {
      faults.disk = fault
      faults.relay = fault
      pass(4000)
      await readiness.parts()
    }
    faults.disk = undefined
    faults.relay = undefined
    pass(4000)
    await readiness.parts()
    await readiness.parts()
    assert.deepEqual(
      logged().map((line) => line.slice(line.indexOf('Z') + 2)),
      [
        'error disk does not work reason="the disk is full" mend="make room"',
        'info  disk works again afterSeconds=12',
      ],
    )
  })

  it('does not wait for a part that hangs, nor fail with one that throws', async () => {
    const log = createLog({ write: () => {} })
    const checks = {
      hangs: { find: () => new Promise<undefined>(() => {}) },
      throws: {
        find: () => {
          throw new Error('no such table')
        },
      },
      works: { find: () => undefined },
    }
    const { hangs, throws, works } = await new Readiness({ checks, log, timeoutMs: 20 }).parts()
    assert.match(JSON.stringify(hangs), /does not answer within 0.02 s/)
    assert.match(JSON.stringify(throws), /no such table/)
    assert.equal(works, 'ok')
  })

  it('looks once for all who ask at the same time', async () => {
    let looks = 0
    const log = createLog({ write: () => {} })
    const readiness = new Readiness({ checks: { one: { find: () => void looks++ } }, log, freshMs: 60_000 })
    await Promise.all([readiness.parts(), readiness.parts()])
    await readiness.parts()
    assert.equal(looks, 1)
  })

  it('is looked at until it is told to stop, though nobody asks', async () => {
    const stop = new AbortController()
    let looks = 0
    const find = () => {
      if (++looks === 3) stop.abort()
      return undefined
    }
    const log = createLog({ write: () => {} })
    await new Readiness({ checks: { one: { find } }, log, everyMs: 1 }).run(stop.signal)
    assert.equal(looks, 3)
  })
})

describe('indexing', () => {
  it('stands still when entries wait, and none was applied for ten seconds', () => {
    let nowMs = 0
    const standstill = new Standstill({ now: () => nowMs })
    const look = (atMs: number, pending: number, batches: number, failure?: unknown) => {
      nowMs = atMs
      return standstill.find(pending, batches, failure)
    }
    assert.equal(look(0, 0, 1), undefined)
    assert.equal(look(20_000, 5, 1), undefined, 'what has just come is no standstill')
    assert.equal(look(29_000, 900, 1), undefined)
    const fault = look(30_000, 1000, 1, new Error('no such table'))
    assert.match(fault?.reason ?? '', /^1000 entries .* none is indexed: Error: no such table$/)
    assert.equal(fault?.sinceMs, 20_000)
    assert.equal(look(31_000, 1000, 2), undefined, 'it has moved')
    assert.equal(look(40_000, 500, 3), undefined)
    assert.equal(look(60_000, 400, 4), undefined, 'however slowly')
    assert.equal(look(80_000, 0, 4), undefined, 'there is nothing to do')
    assert.equal(look(90_000, 3, 4), undefined)
  })
})
