import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { readText, saveWithBackup } from './save.ts'

describe('saveWithBackup', () => {
  let dir = ''
  let file = ''
  const content = (name: string) => readFileSync(join(dir, name), 'utf8')
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'save-'))
    file = join(dir, 'd.json')
    writeFileSync(file, 'one')
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('keeps what was there, and leaves nothing else behind', async () => {
    assert.equal(await saveWithBackup(file, { before: 'one', after: 'two' }), `${file}.bak`)
    assert.deepEqual(readdirSync(dir).sort(), ['d.json', 'd.json.bak'])
    assert.deepEqual([content('d.json'), content('d.json.bak')], ['two', 'one'])
  })

  it('never overwrites a backup of other content, and needs no second of the same', async () => {
    await saveWithBackup(file, { before: 'one', after: 'two' })
    assert.equal(await saveWithBackup(file, { before: 'two', after: 'three' }), `${file}.bak.1`)
    writeFileSync(file, 'one')
    assert.equal(await saveWithBackup(file, { before: 'one', after: 'four' }), `${file}.bak`)
    assert.deepEqual(
      [content('d.json'), content('d.json.bak'), content('d.json.bak.1')],
      ['four', 'one', 'two'],
    )
  })

  it('keeps the mode, and writes through a link', async () => {
    chmodSync(file, 0o640)
    const link = join(dir, 'link.json')
    symlinkSync(file, link)
    await saveWithBackup(link, { before: 'one', after: 'two' })
    assert.equal(content('d.json'), 'two')
    assert.equal(statSync(file).mode & 0o777, 0o640)
    assert.equal(content('d.json.bak'), 'one')
  })

  it('changes nothing when the file has changed in the meantime', async () => {
    await assert.rejects(saveWithBackup(file, { before: 'zero', after: 'two' }), /somebody changed it/)
    assert.deepEqual(readdirSync(dir), ['d.json'])
    assert.equal(content('d.json'), 'one')
  })
})

describe('readText', () => {
  const cases = [
    { name: 'a file that is not there', path: '/nowhere/d.json', says: /no such file/ },
    { name: 'a folder', path: tmpdir(), says: /folder/ },
  ]
  for (const { name, path, says } of cases) {
    it(`refuses ${name} in one line`, async () => {
      await assert.rejects(
        readText(path),
        (error: Error & { type?: string }) => says.test(error.message) && error.type === 'usage',
      )
    })
  }

  it('refuses bytes that it could not write back', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'save-'))
    writeFileSync(join(dir, 'd.json'), Buffer.from([0x22, 0xe4, 0x22]))
    await assert.rejects(readText(join(dir, 'd.json')), /not UTF-8/)
    rmSync(dir, { recursive: true })
  })
})
