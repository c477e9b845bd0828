import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { prometheusWith } from './fake-prometheus.fixture.ts'
import { type RenderFileOptions, renderFile } from './render-file.ts'

describe('renderFile', () => {
  let folder = ''
  let asked = 0
  const render = (more: Partial<RenderFileOptions>) =>
    renderFile({
      file: join(folder, 'd.json'),
      connect: async () => {
        asked += 1
        return prometheusWith({ queryRange: () => [], series: () => [] })
      },
      from: 'now-1h',
      to: 'now',
      variables: new Map(),
      theme: 'dark',
      widthPx: 1000,
      searchPath: '',
      now: new Date(),
      ...more,
    })

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidegauge-render-'))
    const panels = [{ id: 1, type: 'stat', title: 'P', targets: [{ refId: 'A', expr: 'up' }] }]
    const templating = { list: [{ name: 'job', type: 'query', query: 'label_values(up, job)' }] }
    writeFileSync(
      join(folder, 'd.json'),
      JSON.stringify({ title: 'D', schemaVersion: 39, panels, templating }),
    )
    writeFileSync(join(folder, 'broken.json'), '{"title": ')
    writeFileSync(join(folder, 'other.json'), '[1, 2]')
  })
  after(() => rmSync(folder, { recursive: true }))

  it('writes the page', async () => {
    const out = join(folder, 'd.html')
    const { panels } = await render({ out })
    assert.deepEqual(panels, [{ title: 'P', state: 'empty', errors: [] }])
    assert.match(readFileSync(out, 'utf8'), /<title>D<\/title>/)
  })

  const wrong: readonly { name: string; options: () => Partial<RenderFileOptions>; says: RegExp }[] = [
    {
      name: 'a file that is not there',
      options: () => ({ file: join(folder, 'none.json') }),
      says: /none\.json: there is no such file; check the path/,
    },
    { name: 'a folder', options: () => ({ file: folder }), says: /it is a folder/ },
    {
      name: 'a file that is not JSON',
      options: () => ({ file: join(folder, 'broken.json') }),
      says: /broken\.json/,
    },
    {
      name: 'a file that is not a dashboard',
      options: () => ({ file: join(folder, 'other.json') }),
      says: /other\.json/,
    },
    {
      name: 'a moment that is none',
      options: () => ({ from: 'yesterday' }),
      says: /"yesterday" is not a moment/,
    },
    {
      name: 'a range that ends before it begins',
      options: () => ({ from: 'now', to: 'now-1h' }),
      says: /is not before --to/,
    },
    {
      name: 'a variable that there is not',
      options: () => ({ variables: new Map([['jub', ['a']]]) }),
      says: /no such variable; it has job/,
    },
    {
      name: 'a folder to write to that is not there',
      options: () => ({ out: join(folder, 'no', 'x.html') }),
      says: /make it first/,
    },
    {
      name: 'a picture without a browser',
      options: () => ({ png: join(folder, 'x.png') }),
      says: /install Chromium/,
    },
  ]
  for (const { name, options, says } of wrong)
    it(`refuses ${name} in one line, before it asks anybody`, async () => {
      asked = 0
      await assert.rejects(render(options()), (error: Error & { type?: string }) => {
        assert.equal(error.type, 'usage')
        assert.match(error.message, says)
        assert.doesNotMatch(error.message, /\n/)
        return true
      })
      assert.equal(asked, 0)
    })

  it('refuses a place that is a folder', async () => {
    await assert.rejects(render({ out: folder }), {
      type: 'usage',
      message: /cannot be written: it is a folder/,
    })
    assert.equal(existsSync(join(folder, 'x.png')), false)
  })
})
