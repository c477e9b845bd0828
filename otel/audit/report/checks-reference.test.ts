import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { documentedChecks } from '../documented-checks.ts'
import { checksReference } from './checks-reference.ts'

describe('the page of checks', () => {
  it('has a group for each check', () => {
    const page = checksReference(documentedChecks)
    for (const { name } of documentedChecks) assert.ok(page.includes(`\`${name}\``), name)
  })
})
