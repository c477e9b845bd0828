import assert from 'node:assert/strict'
import { it } from 'node:test'
import { FakeHost, listing } from '../../net/host/testing/fake-host.ts'
import { didOf, ReconcilingNode, rev } from './testing/reconciling-node.ts'

it('knows of 100,000 repos which are not current with 200 requests to a relay of 200,000', async () => {
  const repos = Array.from({ length: 200_000 }, (_, number) => ({
    did: didOf(number),
    rev: rev(100 + number + (number % 1000 === 0 ? 500_000 : 0)),
    active: true,
  }))
  await using host = await FakeHost.start({ listRepos: listing(() => repos) })
  await using node = await ReconcilingNode.start(host.url, 100_000)
  await node.gap()
  assert.equal(host.requests.length, 200)
  assert.equal(node.stale.length, 100)
  assert.ok(node.stale.every((did) => did.endsWith('000')))
  const { reposByStatus } = await node.storage.totals()
  assert.deepEqual([reposByStatus.synced, reposByStatus.desync], [99_900, 100])
  const [done] = node.done
  assert.deepEqual([done?.done, done?.confirmed, done?.stale], [100_000, 99_900, 100])
})
