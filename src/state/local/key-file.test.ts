import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { P256PrivateKeyExportable, parsePrivateMultikey } from '@atcute/crypto'
import { SetupError } from '../../model/errors.ts'
import { keyFileName, makeKeyFile, readKeyFile } from './key-file.ts'

describe('the key of the own repo', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tidegauge-key-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))
  const path = () => join(dir, keyFileName)

  it('is made once, for this user alone, in the form that other programs read', async () => {
    assert.equal(await readKeyFile(dir), undefined)
    const key = await makeKeyFile(dir)
    assert.equal(key.length, 32)
    assert.deepEqual(await readKeyFile(dir), key)
    assert.equal(statSync(path()).mode & 0o777, 0o600)
    assert.deepEqual(parsePrivateMultikey(readFileSync(path(), 'utf8').trim()).privateKeyBytes, key)
    assert.deepEqual(readdirSync(dir), [keyFileName])
  })

  it('is closed to others where they could read it, which is told', async () => {
    const key = await makeKeyFile(dir)
    chmodSync(path(), 0o660)
    const told: string[] = []
    assert.deepEqual(await readKeyFile(dir, (exposed) => told.push(exposed)), key)
    await readKeyFile(dir, (exposed) => told.push(exposed))
    assert.deepEqual(told, [path()])
    assert.equal(statSync(path()).mode & 0o777, 0o600)
  })

  it('is made in spite of what a process left behind that was killed at it', async () => {
    writeFileSync(`${path()}.new`, 'z')
    await makeKeyFile(dir)
    assert.deepEqual(readdirSync(dir), [keyFileName])
  })

  const spoiled: readonly (readonly [name: string, spoil: () => void | Promise<void>, message: RegExp])[] = [
    ['that is something else', () => writeFileSync(path(), 'hello'), /does not hold a private key/],
    [
      'of another curve',
      async () => {
        const key = await P256PrivateKeyExportable.createKeypair()
        writeFileSync(path(), await key.exportPrivateKey('multikey'))
      },
      /another curve/,
    ],
  ]
  for (const [name, spoil, message] of spoiled) {
    it(`is not taken from a file ${name}`, async () => {
      await makeKeyFile(dir)
      await spoil()
      await assert.rejects(readKeyFile(dir), (error: unknown) => {
        assert.ok(error instanceof SetupError)
        assert.match(error.message, message)
        return true
      })
    })
  }

  it('cannot be made in a folder that is not there', async () => {
    await assert.rejects(makeKeyFile(join(dir, 'none')), SetupError)
  })
})
