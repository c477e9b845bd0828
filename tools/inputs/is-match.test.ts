import assert from 'node:assert/strict'
import { it } from 'node:test'
import { buildInventory } from '../metrics/build-inventory.ts'
import { isMatch } from './is-match.ts'

it('gives up on patterns that take more than three seconds in all, for one inventory alone', (context) => {
  let nowMs = 0
  context.mock.method(performance, 'now', () => {
    nowMs += 500
    return nowMs
  })
  const inputs = () => ({
    inventory: buildInventory({ catalog: undefined, source: undefined, targets: [], rules: [] }, undefined),
  })
  const [slow, other] = [inputs(), inputs()]
  const pattern = { test: (text: string) => text === 'a' }
  for (let time = 0; time < 7; time += 1) assert.equal(isMatch(pattern, 'a', slow), true)
  assert.throws(() => isMatch(pattern, 'a', slow), /patterns .* take more than 3 s .*; shorten them/)
  assert.equal(isMatch(pattern, 'b', other), false)
})
