import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { it } from 'node:test'
import { createTestMeter } from '@tidegauge/otel'
import {
  identityCacheEntries,
  identityCacheHits,
  identityCacheMisses,
  identityLookupDuration,
  identityLookups,
  identityWaitingDids,
} from '../../catalog/identity/metrics.ts'
import { identityMetrics, observeIdentity } from './instrumented.ts'
import { lookupMethods, lookupOutcomes } from './look-up.ts'
import { sendDocument, setupDirectory, testDid } from './testing/documents.ts'

it('counts look-ups by how they end, and shows what is known and who waits', async () => {
  const { meter, value } = createTestMeter()
  let answer = (response: ServerResponse) => void sendDocument(response)
  await using test = await setupDirectory((response) => answer(response), {
    ...identityMetrics(meter),
    timeoutMs: 200,
    refreshBurst: 100,
  })
  const { identity, asked } = test
  let queued = 0
  observeIdentity(meter, identity, async () => queued)
  const lookups = (outcome: (typeof lookupOutcomes)[number]) =>
    value(identityLookups, { method: 'plc', outcome })
  assert.equal(await lookups('success'), 0)

  await identity.resolve(testDid(1))
  await identity.resolve(testDid(1))
  identity.peek(testDid(1))
  identity.peek(testDid(2))
  assert.equal(await lookups('success'), 1)
  assert.equal(await value(identityCacheHits), 2)
  assert.equal(await value(identityCacheMisses), 1)
  assert.equal(await value(identityCacheEntries), 1)

  answer = (response) => void response.writeHead(404).end()
  await assert.rejects(identity.resolve(testDid(2)))
  assert.equal(await lookups('not_found'), 1)
  assert.equal(await value(identityCacheEntries), 2)

  answer = (response) => void response.end('[]')
  await assert.rejects(identity.resolve(testDid(3)))
  assert.equal(await lookups('error'), 1)

  answer = () => {}
  const silent = identity.resolve(testDid(4))
  while (asked.length < 4) await new Promise(setImmediate)
  assert.equal(await value(identityWaitingDids), 1)
  queued = 5
  assert.equal(await value(identityWaitingDids), 6)
  queued = 0
  await assert.rejects(silent, { name: 'TimeoutError' })
  assert.equal(await lookups('timeout'), 1)
  assert.equal(await value(identityWaitingDids), 0)
  assert.equal(await value(identityLookupDuration, { method: 'plc' }), 4)
})

it('counts what a directory refuses, and not what it is spared', async () => {
  const { meter, value } = createTestMeter()
  await using test = await setupDirectory(
    (response) => void response.writeHead(429).end(),
    identityMetrics(meter),
  )
  for (let number = 0; number < 3; number++) await assert.rejects(test.identity.resolve(testDid(number)))
  assert.equal(await value(identityLookups, { method: 'plc', outcome: 'rate_limited' }), 1)
})

it('has a name in the catalog for each way and each end', () => {
  const { method, outcome } = identityLookups.attributes
  assert.deepEqual([method, outcome], [lookupMethods, lookupOutcomes])
})
