import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { saveWithBackup } from './save.ts'

const [before, after] = ['{"old": "ä"}\n', '{"new": 1}\n'.repeat(1000)]

describe('saveWithBackup in a hostile place', () => {
  let dir = ''
  let file = ''
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidegauge-save-'))
    file = join(dir, 'd.json')
    await writeFile(file, before)
  })
  afterEach(async () => {
    await chmod(dir, 0o700)
    await rm(dir, { recursive: true })
  })

  /** Runs what saves in a process of its own, which is nobody's when it was root's. */
  async function inChild(script: string, { asNobody = false } = {}) {
    const code = `const { saveWithBackup } = await import(${JSON.stringify(import.meta.resolve('./save.ts'))})
      const [file, before, after] = process.argv.slice(1)
      const save = () => saveWithBackup(file, { before, after })
      ${asNobody ? 'process.geteuid() === 0 && process.setuid(65534)' : ''}
      ${script}`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, file, before, after])
    const said = Promise.all([text(child.stdout), text(child.stderr)])
    const [exitCode, signal] = await once(child, 'exit')
    return { exitCode, signal, said: (await said).join('') }
  }

  const forbidden = [
    { what: 'a file that may not be written', folder: 0o777, mode: 0o444 },
    { what: 'a folder that takes no backup', folder: 0o555, mode: 0o666 },
  ]
  for (const { what, folder, mode } of forbidden) {
    it(`refuses ${what}, and changes nothing`, async () => {
      await chmod(file, mode)
      await chmod(dir, folder)
      const { said } = await inChild('await save().catch(({ message }) => console.log(message))', {
        asNobody: true,
      })
      assert.match(said, /d\.json: it cannot be written: permission is missing.*; nothing was changed\n$/)
      assert.deepEqual(await readdir(dir), ['d.json'])
      assert.equal(await readFile(file, 'utf8'), before)
    })
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    it(`ends by ${signal} at any moment, with the old file or the new one and nothing half done`, async () => {
      for (const moment of [0, 1, 2, 3, 5, 8]) {
        await writeFile(file, before)
        // The signal comes after so many turns of the loop, amid the steps of saving.
        const ended = await inChild(`
          const saving = save()
          for (let turn = 0; turn < ${moment}; turn += 1) await new Promise(setImmediate)
          process.kill(process.pid, '${signal}')
          await saving
          await new Promise((resolve) => setTimeout(resolve, 10_000))`)
        assert.equal(ended.signal, signal, ended.said)
        const left = await readdir(dir)
        assert.deepEqual(
          left.filter((name) => !['d.json', 'd.json.bak'].includes(name)),
          [],
        )
        const now = await readFile(file, 'utf8')
        assert.ok(now === before || now === after)
        if (left.includes('d.json.bak')) assert.equal(await readFile(`${file}.bak`, 'utf8'), before)
      }
    })
  }

  it('lets one of several at once through; the others say so and change nothing', async () => {
    const texts = Array.from({ length: 8 }, (_, at) => `{"by": ${at}}`)
    const saved = await Promise.allSettled(texts.map((mine) => saveWithBackup(file, { before, after: mine })))
    const won = saved.flatMap(({ status }, at) => (status === 'fulfilled' ? [texts[at]] : []))
    assert.deepEqual(won, [await readFile(file, 'utf8')])
    for (const { reason } of saved.filter((one) => one.status === 'rejected'))
      assert.match(reason.message, /another command is changing it|somebody changed it in the meantime/)
    assert.deepEqual((await readdir(dir)).sort(), ['d.json', 'd.json.bak'])
  })

  it('says how to go on when a killed command left its lock', async () => {
    await writeFile(`${file}.lock`, '')
    await assert.rejects(saveWithBackup(file, { before, after }), {
      type: 'usage',
      message: /another command is changing it; run this one once more, or remove .*d\.json\.lock if none/,
    })
  })

  it('goes past a folder that has the name of the backup', async () => {
    await mkdir(`${file}.bak`)
    assert.equal(await saveWithBackup(file, { before, after }), `${file}.bak.1`)
  })

  it('keeps every bit of the mode, whatever the umask', async () => {
    await chmod(file, 0o666)
    await saveWithBackup(file, { before, after })
    assert.equal((await stat(file)).mode & 0o777, 0o666)
  })
})
