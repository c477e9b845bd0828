import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { expandFiles } from './expand-files.ts'

describe('expandFiles', () => {
  let dir = ''
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidegauge-files-'))
    for (const folder of ['a/b', 'node_modules/x', 'closed', 'd.json'])
      await mkdir(join(dir, folder), { recursive: true })
    for (const file of [
      'z.json',
      'a/y.json',
      'a/b/x.json',
      'node_modules/x/n.json',
      'closed/c.json',
      'odd[1].json',
    ])
      await writeFile(join(dir, file), '{}')
    await chmod(dir, 0o755)
  })
  after(() => rm(dir, { recursive: true }))

  const cases: readonly { readonly paths: readonly string[]; readonly found: readonly string[] }[] = [
    { paths: ['*.json'], found: ['odd[1].json', 'z.json'] },
    { paths: ['a/**/*.json', 'z.json'], found: ['a/b/x.json', 'a/y.json', 'z.json'] },
    { paths: ['z.json', 'z.json', '*.json'], found: ['z.json', 'odd[1].json'] },
    { paths: ['odd[1].json'], found: ['odd[1].json'] },
    { paths: ['none.json'], found: ['none.json'] },
  ]
  for (const { paths, found } of cases) {
    it(`finds each once: ${paths.join(' ')}`, async () => {
      const files = await expandFiles(
        paths.map((one) => join(dir, one)),
        ({ message }) => assert.fail(message),
      )
      assert.deepEqual(
        files.map(({ file }) => file),
        found.map((one) => join(dir, one)),
      )
    })
  }

  it('says which folders below a pattern may not be looked into', async () => {
    await chmod(join(dir, 'closed'), 0)
    // Root may look into everything, and becomes nobody for it.
    const script = `const { expandFiles } = await import(${JSON.stringify(import.meta.resolve('./expand-files.ts'))})
      if (process.geteuid?.() === 0) process.setuid(65534)
      const files = await expandFiles([process.argv[1]], ({ message }) => console.log(message))
      console.log(files.length)`
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script, join(dir, '**/*.json')])
    await chmod(join(dir, 'closed'), 0o755)
    assert.equal(`${said}`, `${join(dir, 'closed')}: it cannot be read; check its permissions\n4\n`)
  })
})
