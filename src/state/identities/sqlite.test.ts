import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Did } from '../../model/did.ts'
import { Database } from '../database.ts'
import type { KeptIdentity } from './identities.ts'
import { SqliteIdentities } from './sqlite.ts'

const didOf = (number: number): Did => `did:web:a${number}.example`

const identity = (number: number, more: Partial<KeptIdentity> = {}): KeptIdentity => ({
  did: didOf(number),
  signingKey: `z${number}`,
  directory: 'https://plc.example',
  answeredMs: 1_767_225_600_000 + number,
  ...more,
})

describe('kept identities', () => {
  it('are found as they were kept', async () => {
    using database = new Database()
    const identities = new SqliteIdentities({ database })
    const full = identity(1, { pds: 'https://pds.example', handle: 'alice.example' })
    await identities.keep([full, identity(2)])
    assert.deepEqual(await identities.find(didOf(1)), full)
    assert.deepEqual(await identities.find(didOf(2)), identity(2))
    assert.equal(await identities.find(didOf(3)), undefined)
  })

  it('are replaced, and forgotten', async () => {
    using database = new Database()
    const identities = new SqliteIdentities({ database })
    await identities.keep([identity(1, { handle: 'alice.example' }), identity(2)])
    await identities.keep([identity(1, { signingKey: 'zNew' })])
    assert.deepEqual(await identities.find(didOf(1)), identity(1, { signingKey: 'zNew' }))
    await identities.forget([didOf(1), didOf(7)])
    assert.equal(await identities.find(didOf(1)), undefined)
    assert.deepEqual(await identities.find(didOf(2)), identity(2))
  })

  it('are bounded: those kept longest ago go', async () => {
    using database = new Database()
    const identities = new SqliteIdentities({ database, most: 3 })
    for (const number of [1, 2, 3, 1, 4]) await identities.keep([identity(number)])
    const kept = await Promise.all([1, 2, 3, 4].map(async (number) => identities.find(didOf(number))))
    assert.deepEqual(
      kept.map((found) => found !== undefined),
      [true, false, true, true],
    )
  })
})
