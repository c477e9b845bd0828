import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SequencedFrame } from '../edge/xrpc/subscribers.ts'
import { openDatabase } from './database.ts'
import { Host } from './host.ts'
import { People } from './people.ts'
import { createRandom } from './random.ts'

function createPeople(onEvents: (frames: readonly SequencedFrame[]) => void = () => {}) {
  const now = () => 1_700_000_000_000
  const random = createRandom('people')
  const host = new Host({
    database: openDatabase(':memory:'),
    random,
    now,
    keepEvents: 10,
    loadedRepos: 100,
    onEvents,
  })
  return { host, people: new People({ host, random, now, maxAccounts: 6, maxRecords: 60 }) }
}

describe('People', () => {
  it('fill the network as asked, and resume where they were interrupted', async () => {
    const { host, people } = createPeople()
    const records = () => host.accounts.list().reduce((sum, { id }) => sum + host.accounts.count(id), 0)
    await people.populate(2, 20)
    assert.deepEqual([host.accounts.list().length, records() >= 20], [2, true])
    await people.populate(4, 60)
    assert.deepEqual([host.accounts.list().length, records() >= 60], [4, true])
    const { last } = host.sequencer
    await people.populate(4, 60)
    assert.equal(host.sequencer.last, last)
  })

  it('say how many events they made', async () => {
    const { host, people } = createPeople()
    await people.populate(3, 30)
    for (let step = 0; step < 600; step++) {
      const { last } = host.sequencer
      assert.equal(await people.live(), host.sequencer.last - last)
    }
  })

  it('stay within bounds, and most of them active', async () => {
    const { host, people } = createPeople()
    await people.populate(3, 30)
    for (let round = 0; round < 60; round++)
      await Promise.all(Array.from({ length: 50 }, () => people.live()))
    const accounts = host.accounts.list()
    assert.equal(accounts.length, 6)
    assert.ok(accounts.filter(({ status }) => status === 'active').length >= accounts.length / 2 - 1)
    for (const { id } of accounts)
      assert.ok(host.accounts.count(id) < 150, `${host.accounts.count(id)} records`)
  })

  it('leave those alone who were suspended meanwhile', async () => {
    const { host, people } = createPeople()
    await people.populate(6, 30)
    for (const { did } of host.accounts.list().slice(1)) await host.setStatus(did, 'suspended')
    let idle = 0
    for (let step = 0; step < 100; step++) if ((await people.live()) === 0) idle++
    assert.ok(idle < 40, `${idle} of 100 steps made nothing`)
  })

  it('do nothing where nobody is left, and recover when somebody comes back', async () => {
    const { host, people } = createPeople()
    await people.populate(6, 30)
    const accounts = host.accounts.list()
    for (const { did } of accounts) await host.setStatus(did, 'suspended')
    for (let step = 0; step < 50; step++) assert.ok((await people.live()) >= 0)
    for (const { did } of accounts) await host.setStatus(did, 'active')
    let made = 0
    for (let step = 0; step < 50; step++) made += await people.live()
    assert.ok(made > 0)
  })
})
