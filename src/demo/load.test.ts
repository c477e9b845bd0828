import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../model/did.ts'
import { createLoad } from './load.ts'
import { Follower } from './testing/follower.ts'

describe('createLoad', () => {
  it('makes valid events without end, and the documents to verify them', async () => {
    using load = await createLoad({ accounts: 5, seed: 'load' })
    const follower = new Follower((did) => {
      const document = load.document(did as Did) as { verificationMethod: [{ publicKeyMultibase: string }] }
      return document.verificationMethod[0].publicKeyMultibase
    })
    for (let round = 0; round < 3; round++) {
      const frames = await load.frames(100)
      assert.ok(frames.length >= 100)
      for (const frame of frames) await follower.take(frame)
    }
    assert.equal(follower.repos.size, 5)
    assert.equal(load.document('did:plc:nobody'), undefined)
  })
})
