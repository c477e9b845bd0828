import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Database } from '../database.ts'
import type { Failure } from './failures.ts'
import { SqliteFailures } from './sqlite.ts'

const alice = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'
const bob = 'did:plc:bobbbbbbbbbbbbbbbbbbbbbb'

const failure = (message: string): Failure => ({
  atMs: 1_700_000_000_000,
  trigger: 'resync',
  reason: 'timeout',
  message,
})

describe('SqliteFailures', () => {
  it('lists the failures of a repo, the latest first', async () => {
    using database = new Database()
    const failures = new SqliteFailures({ database })
    await failures.add(alice, failure('one'))
    await failures.add(bob, failure('of another'))
    await failures.add(alice, failure('two'))
    const plain = (await failures.list(alice)).map((one) => ({ ...one }))
    assert.deepEqual(plain, [failure('two'), failure('one')])
  })

  it('keeps the latest few of each repo', async () => {
    using database = new Database()
    const failures = new SqliteFailures({ database, perRepo: 2 })
    await failures.add(bob, failure('of another'))
    for (const message of ['one', 'two', 'three']) await failures.add(alice, failure(message))
    assert.deepEqual(
      (await failures.list(alice)).map(({ message }) => message),
      ['three', 'two'],
    )
    assert.equal((await failures.list(bob)).length, 1)
  })

  it('keeps the latest of all', async () => {
    using database = new Database()
    const failures = new SqliteFailures({ database, most: 2 })
    await failures.add(bob, failure('early'))
    for (const message of ['one', 'two']) await failures.add(alice, failure(message))
    assert.deepEqual(await failures.list(bob), [])
    assert.equal((await failures.list(alice)).length, 2)
  })

  it('cuts what is too long, and forgets a repo', async () => {
    using database = new Database()
    const failures = new SqliteFailures({ database })
    await failures.add(alice, failure('x'.repeat(5000)))
    assert.equal((await failures.list(alice))[0]?.message.length, 1000)
    await failures.clear(alice)
    assert.deepEqual(await failures.list(alice), [])
  })
})
