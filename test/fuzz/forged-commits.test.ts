import assert from 'node:assert/strict'
import { it } from 'node:test'
import { campaign } from './forged-commits/campaign.ts'

it('believes no forged commit what the signed tree does not show', async () => {
  const { believed, right, refused } = await campaign('npm test', 2000)
  assert.deepEqual(believed, [])
  // Most of them are wrong, and some have altered what does not matter.
  assert.ok(refused > 800 && right > 100, `${refused} refused, ${right} right`)
})
