import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { removeTemporaryFiles, TemporaryFile } from './temporary-file.ts'

describe('a temporary file', () => {
  let folder: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'temporary-'))
  })

  after(() => rmSync(folder, { recursive: true }))

  it('holds what is written anywhere in it, and is gone afterwards', () => {
    const inner = join(folder, 'made/when/needed')
    {
      using file = new TemporaryFile(inner)
      using other = new TemporaryFile(inner)
      file.write(Buffer.from('world'), 6)
      file.write(Buffer.from('hello '), 0)
      other.write(Buffer.from('other'), 0)
      const bytes = Buffer.alloc(20)
      assert.equal(file.read(bytes, 2), 9)
      assert.equal(bytes.toString('latin1', 0, 9), 'llo world')
    }
    assert.deepEqual(readdirSync(inner), [])
  })

  it('is removed later where it was left', () => {
    for (const name of ['1-0-1.blocks', 'data.db']) writeFileSync(join(folder, name), '')
    removeTemporaryFiles(folder)
    assert.ok(!readdirSync(folder).includes('1-0-1.blocks'))
    assert.ok(readdirSync(folder).includes('data.db'))
    removeTemporaryFiles(join(folder, 'nowhere'))
  })
})
