import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdtempDisposableSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { Database } from './database.ts'
import { DatabaseHealth } from './database-health.ts'

describe('the health of a database', () => {
  it('is that its file stays where it was opened', async () => {
    using parent = mkdtempDisposableSync(join(tmpdir(), 'health-'))
    const [dir, elsewhere] = [join(parent.path, 'data'), join(parent.path, 'elsewhere')]
    using database = new Database({ dir })
    assert.equal(await database.findFault(), undefined)
    renameSync(dir, elsewhere)
    assert.match((await database.findFault())?.reason ?? '', /tidegauge\.db is gone/)
    renameSync(elsewhere, dir)
    assert.equal(await database.findFault(), undefined)

    const path = join(dir, 'tidegauge.db')
    copyFileSync(path, `${path}.copy`)
    rmSync(path)
    renameSync(`${path}.copy`, path)
    assert.match((await database.findFault())?.reason ?? '', /another file than the one/)
  })

  it('is that this user may write it', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'health-'))
    // Whoever may do everything is not refused anything: somebody else opens it then.
    chmodSync(folder.path, 0o777)
    const user = getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      ...user,
      env: { ...process.env, FOLDER: join(folder.path, 'data'), DATABASE: String(databaseUrl) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
    const [before, shut, after] = JSON.parse(output)
    assert.equal(before, null)
    assert.match(shut.reason, /cannot be written by this user \(EACCES\)/)
    assert.match(shut.mend, /rights/)
    assert.equal(after, null)
  })

  it('is not harmed by others who write for a moment', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'health-'))
    using database = new Database({ dir: folder.path })
    const path = join(folder.path, 'tidegauge.db')
    let nowMs = 0
    const { sqlite } = database
    const health = new DatabaseHealth({ sqlite, dir: folder.path, path, now: () => nowMs })
    using other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    assert.equal(await health.find(), undefined)
    nowMs = 3000
    const fault = await health.find()
    assert.match(fault?.reason ?? '', /locked by another program/)
    assert.equal(fault?.sinceMs, 0)
    other.exec('ROLLBACK')
    assert.equal(await health.find(), undefined)
  })
})

const databaseUrl = new URL('database.ts', import.meta.url)

const program = `
  const { chmodSync, mkdirSync } = await import('node:fs')
  const { FOLDER: dir, DATABASE } = process.env
  const { Database } = await import(DATABASE)
  mkdirSync(dir)
  const database = new Database({ dir })
  const faults = [await database.findFault()]
  chmodSync(dir, 0o500)
  faults.push(await database.findFault())
  chmodSync(dir, 0o700)
  faults.push(await database.findFault())
  console.log(JSON.stringify(faults))
  database[Symbol.dispose]()
`
