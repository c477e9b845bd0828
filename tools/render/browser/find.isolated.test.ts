import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { HeadlessBrowser } from './devtools.ts'
import { findBrowser } from './find.ts'

describe('findBrowser', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidegauge-find-'))
    for (const name of ['google-chrome', 'mine', 'plain'])
      writeFileSync(join(folder, name), '#!/bin/sh\nexit 3\n')
    chmodSync(join(folder, 'google-chrome'), 0o755)
    chmodSync(join(folder, 'mine'), 0o755)
    chmodSync(join(folder, 'plain'), 0o644)
  })
  after(() => rmSync(folder, { recursive: true }))

  it('finds Chrome on the path', () =>
    assert.equal(findBrowser({ searchPath: `/nowhere:${folder}` }), join(folder, 'google-chrome')))
  it('takes the one that is named, by path or by name', () => {
    assert.equal(findBrowser({ named: join(folder, 'mine'), searchPath: '' }), join(folder, 'mine'))
    assert.equal(findBrowser({ named: 'mine', searchPath: folder }), join(folder, 'mine'))
  })
  it('says what to do when there is none', () => {
    assert.throws(() => findBrowser({ searchPath: '/nowhere' }), {
      type: 'usage',
      message: /install Chromium, give --browser PATH, or leave out --png/,
    })
    assert.throws(() => findBrowser({ named: join(folder, 'plain'), searchPath: '' }), { type: 'usage' })
    assert.throws(() => findBrowser({ named: 'none', searchPath: folder }), {
      type: 'usage',
      message: /none is not on the PATH/,
    })
  })
  it('says so when the program is not a browser', async () => {
    await using browser = await HeadlessBrowser.start({ program: join(folder, 'google-chrome') })
    await assert.rejects(browser.send('Browser.getVersion'), { type: 'usage', message: /ended with 3/ })
  })
})
