import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { panelIds } from './identity.ts'

describe('ids of panels', () => {
  it('stay what they are when a panel is added anywhere', () => {
    const keys = Array.from({ length: 50 }, (_, index) => `panel ${index}`)
    const ids = panelIds(keys)
    const more = panelIds([...keys.slice(0, 20), 'a new one', ...keys.slice(20)])
    assert.deepEqual(more.toSpliced(20, 1), ids)
  })

  it('differ, and are whole numbers above 0, for however many', () => {
    const ids = panelIds(Array.from({ length: 20_000 }, (_, index) => `panel ${index}`))
    assert.equal(new Set(ids).size, 20_000)
    assert.ok(ids.every((id) => Number.isInteger(id) && id > 0))
  })

  it('refuses two panels of one title', () =>
    assert.throws(() => panelIds(['a', 'b', 'a']), /two panels of a dashboard are called "a"/))
})
