import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { it } from 'node:test'
import { campaignSize } from './campaign-size.ts'
import { campaign } from './hostile-files/campaign.ts'

const { rounds, seed } = campaignSize(5000)

it(`answers or refuses ${rounds} mutated files, within 10 s and 1 GB`, async (test) => {
  const runners = Math.min(8, availableParallelism())
  const { faults, exitCodes, slowestMs, largestBytes } = await campaign({
    seed,
    rounds,
    maxLength: 2_000_000,
    runners,
  })
  const codes = Object.entries(exitCodes).map(([code, count]) => `${count} ended with ${code}`)
  test.diagnostic(
    `${codes.join(', ')}; at most ${(slowestMs / 1000).toFixed(1)} s and ${Math.round(largestBytes / 1024 ** 2)} MiB`,
  )
  assert.deepEqual(faults, [])
})
