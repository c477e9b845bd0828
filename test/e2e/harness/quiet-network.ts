import assert from 'node:assert/strict'
import { type DemoNetwork, startDemoNetwork } from '../../../src/demo/network.ts'

/** A network with one account, in which nothing happens by itself. */
export function startQuietNetwork(): Promise<DemoNetwork> {
  return startDemoNetwork({ dir: ':memory:', accounts: 1, records: 1, eventsPerSecond: 0 })
}

/** Has the one account write posts, in one commit. */
export async function writePosts(network: DemoNetwork, count: number): Promise<void> {
  const did = network.accounts()[0]?.did ?? assert.fail('there is nobody')
  await network.write(
    did,
    Array.from({ length: count }, (_, n) => ({
      action: 'create',
      collection: 'app.bsky.feed.post',
      rkey: `p${n}`,
      record: { $type: 'app.bsky.feed.post', text: `tide ${n}`, createdAt: new Date().toISOString() },
    })),
  )
}
