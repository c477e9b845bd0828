import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hopelessObservers } from './harness/observing.ts'
import { startQuietNetwork, writePosts } from './harness/quiet-network.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge } from './harness/tidegauge.ts'
import { eventually } from './harness/until.ts'

const posts = 20

describe('a service that is started again without its observers', () => {
  it('sets aside what waits for them, says so, and has a queue without depth', async () => {
    await using network = await startQuietNetwork()
    await using stack = new AsyncDisposableStack()
    const pds = { url: network.relay.origin, plc: network.plc.origin }
    await using service = await startTidegauge({ pds, args: ['--observers', hopelessObservers(stack)] })
    await writePosts(network, posts)
    const depth = async () => sumOf(await service.scrape(), 'queue_depth')
    await eventually(async () => assert.ok((await depth()) >= posts))
    await service.stop()

    await service.start({ args: [] })
    await eventually(async () => assert.equal(await depth(), 0))
    const buried = sumOf(await service.scrape(), 'queue_deadletter_total')
    assert.ok(buried >= posts, `${buried} are dead letters`)
    const { stdout } = await service.command('dead-letters', '--kind', 'job', '--limit', '1000', '--json')
    const { deadLetters } = JSON.parse(stdout) as { deadLetters: readonly { readonly error: string }[] }
    const reason = 'no observer is called everything any more: bring it back, then retry this'
    assert.deepEqual([...new Set(deadLetters.map(({ error }) => error))], [reason])
    assert.equal(deadLetters.length, buried)
    assert.match(
      service.log(),
      new RegExp(`actions that waited have become dead letters actions=${buried} reason="no observer`),
    )
    assert.equal(await service.stop(), 0)
  })
})
