import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createSuggest } from './suggest.ts'

it('suggests the nearest name, until a million names have been looked at', () => {
  const suggest = createSuggest()
  const names = Array.from({ length: 400_000 }, (_, index) => `${index}`)
  assert.equal(suggest('shop_request', ['shop_requests', 'up']), 'shop_requests')
  for (const typed of ['shop_requests', 'shop_requests'])
    assert.equal(suggest(typed, new Set(['shop_request', ...names])), 'shop_request')
  assert.equal(suggest('shop_requests', ['shop_request', ...names]), undefined)
})
