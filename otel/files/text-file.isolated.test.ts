import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readFileBytes } from './file-bytes.ts'
import { readTextFile } from './text-file.ts'

describe('readTextFile', () => {
  let dir = ''
  const path = (name: string) => (name.startsWith('/') ? name : join(dir, name))
  const socket = createServer()
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidegauge-text-'))
    const files: Readonly<Record<string, string | Buffer>> = {
      empty: '',
      mark: '\ufeffa',
      'utf16-le': Buffer.from('\ufeffa', 'utf16le'),
      'utf16-be': Buffer.from('\ufeffa', 'utf16le').swap16(),
      latin1: Buffer.from('café', 'latin1'),
      nul: 'a\0b',
      gzip: gzipSync('a'),
      large: '',
      secret: '',
    }
    for (const [name, content] of Object.entries(files)) await writeFile(path(name), content)
    await truncate(path('large'), 2_000_000)
    await chmod(path('secret'), 0)
    await symlink('circle', path('circle'))
    await symlink('gone', path('dangling'))
    execFileSync('mkfifo', [path('pipe'), path('silent')])
    await once(socket.listen(path('socket')), 'listening')
  })
  after(async () => {
    socket.close()
    await rm(dir, { recursive: true })
  })

  const refused: readonly { readonly file: string; readonly says: RegExp }[] = [
    { file: 'none', says: /none: there is no such file; check the path$/ },
    { file: 'empty/none', says: /a part of its path is not a folder$/ },
    { file: 'dangling', says: /there is no such file/ },
    { file: 'circle', says: /a symbolic link that leads back to itself; fix the link$/ },
    { file: '.', says: /it is a folder; give a file/ },
    { file: 'socket', says: /it is a socket, not a file; give a file/ },
    { file: 'x'.repeat(5000), says: /the path is longer than any file has; check it$/ },
    { file: '/dev/zero', says: /it is larger than 1 MiB; leave the file out$/ },
    { file: 'large', says: /2 MiB is too large \(limit 1 MiB\); leave the file out$/ },
    { file: 'utf16-le', says: /it is UTF-16; save it as UTF-8/ },
    { file: 'utf16-be', says: /it is UTF-16; save it as UTF-8/ },
    { file: 'latin1', says: /it is not UTF-8; save it so/ },
    { file: 'nul', says: /it holds binary data; give a text file$/ },
    { file: 'gzip', says: /it is compressed; unpack it first/ },
  ]
  for (const { file, says } of refused) {
    it(`refuses ${file.slice(0, 20)} in one line`, async () => {
      await assert.rejects(readTextFile(path(file), { maxBytes: 1024 * 1024 }), {
        type: 'usage',
        message: says,
      })
    })
  }

  it('says that permission is missing', () => {
    // Root may read everything, and becomes nobody for it.
    const script = `const { readTextFile } = await import(${JSON.stringify(import.meta.resolve('./text-file.ts'))})
      process.geteuid?.() === 0 && process.setuid(65534)
      await readTextFile(process.argv[1]).catch(({ message }) => console.log(message))`
    const args = ['--input-type=module', '-e', script, path('secret')]
    execFileSync('chmod', ['755', dir])
    const said = execFileSync(process.execPath, args, { encoding: 'utf8' })
    assert.match(said, /secret: it may not be read; check its permissions$/m)
  })

  it('reads without the byte order mark, or with it', async () => {
    assert.equal(await readTextFile(path('mark')), 'a')
    assert.equal(await readTextFile(path('mark'), { keepsMark: true }), '\ufeffa')
    assert.equal(await readTextFile(path('empty')), '')
  })

  it('reads a pipe to its end, however slowly it gives', async () => {
    // Opened for both, so that there is a writer before anybody reads.
    const writer = createWriteStream(path('pipe'), { flags: 'r+' })
    await once(writer, 'open')
    const text = readTextFile(path('pipe'))
    writer.write('one ')
    setTimeout(() => writer.end('two'), 60)
    assert.equal(await text, 'one two')
  })

  it('gives up a pipe that gives nothing', async () => {
    const writer = createWriteStream(path('silent'), { flags: 'r+' })
    await once(writer, 'open')
    await assert.rejects(readFileBytes(path('silent'), { maxBytes: 1000, waitMs: 40 }), {
      type: 'usage',
      message: /it is a pipe that gave nothing for 0.04 s; give a file$/,
    })
    writer.destroy()
    assert.equal((await readFileBytes(path('silent'), { maxBytes: 1000 })).length, 0)
  })
})
