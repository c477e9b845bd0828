import assert from 'node:assert/strict'
import { env } from 'node:process'
import { it } from 'node:test'
import { campaign } from './forged-commits/campaign.ts'

const rounds = Number(env.FUZZ_ROUNDS ?? 100_000)
const seed = env.FUZZ_SEED ?? 'tidegauge'

it(`believes none of ${rounds} forged commits what the signed tree does not show`, async (test) => {
  assert.ok(
    Number.isSafeInteger(rounds) && rounds > 0,
    `FUZZ_ROUNDS=${env.FUZZ_ROUNDS} is not a number of rounds`,
  )
  const { believed, right, refused } = await campaign(seed, rounds)
  test.diagnostic(`${refused} refused, ${right} that are true, ${believed.length} believed that are not`)
  assert.deepEqual(believed, [])
  assert.ok(refused > rounds / 3, `only ${refused} were refused: do the others reach the service?`)
})
