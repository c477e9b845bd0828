import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createTerminal } from '@tidegauge/tools/cli'

describe('createTerminal', () => {
  const cases = [
    { code: 'EPIPE', says: '', fails: 0 },
    {
      code: 'ENOSPC',
      says: 'tidegauge: standard output: the disk is full; what was asked for is not complete\n',
      fails: 1,
    },
    {
      code: 'EIO',
      says: 'tidegauge: standard output: it cannot be written (EIO); what was asked for is not complete\n',
      fails: 1,
    },
  ]
  for (const { code, says, fails } of cases) {
    it(`survives ${code}${says && ', and says so once'}`, async () => {
      let failures = 0
      const stderr = new PassThrough()
      const stdout = new Writable({
        autoDestroy: false,
        write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
      })
      const { out } = createTerminal({ program: 'tidegauge', stdout, stderr, onFailure: () => failures++ })
      out('one')
      await once(stdout, 'error')
      stdout.emit('error', Object.assign(new Error(code), { code }))
      stderr.end()
      assert.deepEqual([await text(stderr), failures], [says, fails])
    })
  }

  it('survives a standard error that nobody reads', () => {
    const stderr = new PassThrough()
    createTerminal({
      program: 'tidegauge',
      stdout: new PassThrough(),
      stderr,
      onFailure: () => assert.fail(),
    })
    stderr.emit('error', new Error('EPIPE'))
  })
})

describe('tidegauge', () => {
  const main = fileURLToPath(import.meta.resolve('../main.ts'))

  it('ends in peace when its reader has left', async () => {
    const child = spawn(process.execPath, [main, 'audit', '--list-checks'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    const said = text(child.stderr)
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.equal(await said, '')
  })

  it('pushes for the last time while there is something to tell', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'tidegauge-main-'))
    const args = [main, 'serve', '--data', folder.path, '--port', '0', '--demo-rate', '0']
    const child = spawn(process.execPath, args, {
      env: { ...process.env, OTEL_METRICS_EXPORTER: 'console' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = text(child.stderr)
    const shown = text(child.stdout)
    child.stdout.once('data', () => child.kill())
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.match(await shown, /'storage\.records'/)
    assert.doesNotMatch(await said, / (warn|error) /)
  })

  it('exits with 2 when what it writes to is full', async () => {
    const child = spawn('sh', ['-c', '"$0" "$1" audit --list-checks > /dev/full', process.execPath, main])
    const said = text(child.stderr)
    assert.deepEqual(await once(child, 'exit'), [2, null])
    assert.match(await said, /^tidegauge: standard output: the disk is full; [^\n]*\n$/)
  })
})
