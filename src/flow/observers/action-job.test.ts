import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InvalidError } from '../../model/errors.ts'
import { longest } from '../../state/queue/checked-job.ts'
import { decodePayload, jobsOf } from './action-job.ts'
import type { Observer } from './definition.ts'
import { bob, event } from './testing/events.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const observer = (name: string): Observer => ({
  name,
  when: {},
  // biome-ignore lint/suspicious/noThenProperty: that is what it is called in the file.
  then: [
    { webhook: { url: 'https://example.org:444/hook', secret, allow_private: false } },
    { log: { level: 'info', message: 'seen' } },
  ],
})
const observers = [observer('one'), observer('two')]

describe('jobs of an event', () => {
  it('are one for each action, in the group of whom it calls', () => {
    const jobs = jobsOf(event(), observers)
    assert.deepEqual(
      jobs.map(({ payload = '', group }) => {
        const { observer, action, kind } = decodePayload(payload)
        return [observer, action, kind, group]
      }),
      [
        ['one', 0, 'webhook', 'example.org:444'],
        ['one', 1, 'log', 'log'],
        ['two', 0, 'webhook', 'example.org:444'],
        ['two', 1, 'log', 'log'],
      ],
    )
  })

  it('carry no secret', () => {
    for (const { payload } of jobsOf(event(), observers)) assert.ok(!payload?.includes(secret))
  })

  it('have the same keys whenever the event comes, and no other has one of them', () => {
    const keys = (of = event()) => jobsOf(of, observers).map(({ key }) => key)
    assert.deepEqual(keys(), keys(event({ timeMs: 7 })))
    const others = [event({ rev: '3lctide2223' }), event({ rkey: '3ld' }), event({ did: bob })]
    const all = [event(), ...others].flatMap(keys)
    assert.equal(new Set(all).size, all.length)
  })

  it('leave out a record that is too large for the queue', () => {
    const [job] = jobsOf(event({ record: { text: 'x'.repeat(longest.payload) } }), observers)
    const { isLarge, event: left } = decodePayload(job?.payload ?? '')
    assert.deepEqual([isLarge, left.record, left.cid], [true, undefined, 'bafy'])
  })

  for (const payload of ['', '{}', 'null', '{"observer":"one","action":"0","event":{}}'])
    it(`are not ${payload || 'an empty text'}`, () => {
      assert.throws(() => decodePayload(payload), InvalidError)
    })
})
