import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { SetupError } from '../model/errors.ts'
import { openDatabase } from './database.ts'

describe('openDatabase', () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'demo-database-'))
  })
  after(() => rm(dir, { recursive: true }))

  it('makes the folder, and finds again what it kept', () => {
    const nested = join(dir, 'a', 'b')
    const first = openDatabase(nested)
    first.exec("INSERT INTO settings VALUES ('x', '1')")
    first.close()
    const second = openDatabase(nested)
    assert.equal(second.prepare('SELECT value FROM settings').get()?.value, '1')
    second.close()
  })

  const cases: readonly (readonly [name: string, spoil: () => Promise<string>, message: RegExp])[] = [
    [
      'a folder that another network uses',
      async () => {
        const used = join(dir, 'used')
        after(() => open.close())
        const open = openDatabase(used)
        return used
      },
      /another process uses it.*--data/,
    ],
    [
      'a file that is not a database',
      async () => {
        const broken = join(dir, 'broken')
        openDatabase(broken).close()
        await writeFile(join(broken, 'network.db'), 'x'.repeat(8192))
        return broken
      },
      /damaged. Delete the folder/,
    ],
    [
      'a file of another version',
      async () => {
        const future = join(dir, 'future')
        const open = openDatabase(future)
        open.exec('PRAGMA user_version = 99')
        open.close()
        return future
      },
      /another version. Delete the folder/,
    ],
    [
      'a folder that is a file',
      async () => {
        await writeFile(join(dir, 'file'), '')
        return join(dir, 'file')
      },
      /Name a folder that can be written/,
    ],
  ]
  for (const [name, spoil, message] of cases) {
    it(`says in one line how to fix ${name}`, async () => {
      const spoiled = await spoil()
      assert.throws(
        () => openDatabase(spoiled),
        (error) => {
          assert.ok(error instanceof SetupError)
          assert.match(error.message, message)
          assert.doesNotMatch(error.message, /\n/)
          return true
        },
      )
    })
  }
})
