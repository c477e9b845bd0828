import assert from 'node:assert/strict'
import { it } from 'node:test'
import { campaign } from './hostile-files/campaign.ts'

it('answers or refuses mutated files, whatever the command', async () => {
  const { faults, exitCodes } = await campaign({
    seed: 'npm test',
    rounds: 300,
    maxLength: 200_000,
    runners: 1,
  })
  assert.deepEqual(faults, [])
  // Some of them are refused, and some are worth an answer.
  const { 0: done = 0, 1: found = 0, 2: refused = 0 } = exitCodes
  assert.ok(done > 20 && found > 20 && refused > 50, JSON.stringify(exitCodes))
})
