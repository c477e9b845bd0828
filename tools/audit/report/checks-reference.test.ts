import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { documentedChecks } from '../documented-checks.ts'
import { checksReference } from './checks-reference.ts'

describe('the page of checks', () => {
  it('stands in docs as it would be written now', () => {
    const written = readFileSync(new URL('../../../docs/audit-checks.md', import.meta.url), 'utf8')
    assert.equal(written, checksReference(documentedChecks), 'regenerate it: npm run generate')
  })

  it('has a group for each check', () => {
    const page = checksReference(documentedChecks)
    for (const { name } of documentedChecks) assert.ok(page.includes(`\`${name}\``), name)
  })
})
