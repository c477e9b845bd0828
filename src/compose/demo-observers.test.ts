import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startDemoNetwork } from '../demo/network.ts'
import { call } from '../flow/actions/testing/call.ts'
import { createWebhook } from '../flow/actions/webhook.ts'
import { secretBytes } from '../flow/observers/definition.ts'
import { ObserverIndex } from '../flow/observers/observer-index.ts'
import { event } from '../flow/observers/testing/events.ts'
import { createFetch } from '../net/fetch/fetch.ts'
import { demoObservers } from './demo-observers.ts'

describe('the observers of the demo network', () => {
  it('see new follows and changed profiles', async () => {
    await using network = await startDemoNetwork({ dir: ':memory:', eventsPerSecond: 0 })
    const index = new ObserverIndex(demoObservers(network.hook).file.observers)
    const names = (of: Parameters<typeof event>[0]) => index.match(event(of)).map(({ name }) => name)
    assert.deepEqual(names({ collection: 'app.bsky.graph.follow' }), ['new-followers'])
    const update = { collection: 'app.bsky.actor.profile', operation: 'update' } as const
    assert.deepEqual(names({ ...update, record: { description: 'the old pier' } }), ['changed-profiles'])
    assert.deepEqual(names({ ...update, record: { description: 'the dunes' } }), [])
    assert.deepEqual(names({ collection: 'app.bsky.feed.post' }), [])
  })

  it('call a receiver that takes what is signed with its secret, and nothing else', async () => {
    await using network = await startDemoNetwork({ dir: ':memory:', eventsPerSecond: 0 })
    const { url, secret } = network.hook
    await using fetch = createFetch({ trusted: url })
    const key = secretBytes(secret) ?? assert.fail('no secret')
    const send = createWebhook({ url, key, fetch })
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(call())))
    // Each is busy with a chance of 2 %: that all of them are happens once in 10^170 runs.
    assert.ok(answers.some(({ success }) => success))
    for (const answer of answers)
      if (!answer.success)
        assert.deepEqual([answer.error, answer.retryAfterMs], [`${url.host} answers with 503`, 2000])
    const refused = { success: false, error: `${url.host} answers with 401` }
    const others = createWebhook({ url, key: Buffer.alloc(32), fetch })
    assert.deepEqual(await others(call()), refused)
    const old = createWebhook({ url, key, fetch, now: () => Date.now() - 3_600_000 })
    assert.deepEqual(await old(call()), refused)
  })
})
