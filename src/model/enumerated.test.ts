import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeEnumeratedRepo, type EnumeratedRepo, encodeEnumeratedRepo } from './enumerated.ts'

describe('an enumerated repo as bytes', () => {
  const cases: readonly EnumeratedRepo[] = [
    { did: 'did:plc:alice' },
    { did: 'did:plc:alice', rev: '3lbxqzaaaaa2a' },
    { did: 'did:plc:alice', host: 'pds.test' },
    { did: 'did:web:bob.test', rev: '3lbxqzaaaaa2a', host: 'pds.test', active: false, status: 'takendown' },
    { did: 'did:plc:alice', active: true },
  ]
  for (const repo of cases) {
    it(`is what it was: ${JSON.stringify(repo)}`, () => {
      assert.deepEqual(decodeEnumeratedRepo(encodeEnumeratedRepo(repo)), repo)
    })
  }

  for (const text of ['', '{}', '[]', '["alice"]', 'null', '[["did:plc:alice"]]']) {
    it(`is not ${text || 'nothing'}`, () => {
      assert.throws(() => decodeEnumeratedRepo(Buffer.from(text)), { name: 'InvalidError' })
    })
  }
})
