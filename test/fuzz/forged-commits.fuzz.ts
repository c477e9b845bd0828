import assert from 'node:assert/strict'
import { it } from 'node:test'
import { campaignSize } from './campaign-size.ts'
import { campaign } from './forged-commits/campaign.ts'

const { rounds, seed } = campaignSize(100_000)

it(`believes none of ${rounds} forged commits what the signed tree does not show`, async (test) => {
  const { believed, right, refused } = await campaign(seed, rounds)
  test.diagnostic(`${refused} refused, ${right} that are true, ${believed.length} believed that are not`)
  assert.deepEqual(believed, [])
  assert.ok(refused > rounds / 3, `only ${refused} were refused: do the others reach the service?`)
})
