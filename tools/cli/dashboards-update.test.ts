import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { UpdateFileOptions, UpdateFileResult } from '../update/update-file.ts'
import { updateCommand } from './dashboards-update.ts'
import { createTestTerminal, testProgram } from './testing/test-terminal.ts'

async function run(args: readonly string[], result: Partial<UpdateFileResult> = {}) {
  const requests: UpdateFileOptions[] = []
  const { terminal, written } = createTestTerminal()
  const command = updateCommand(testProgram, async (request) => {
    requests.push(request)
    return { additions: [], page: '', backup: undefined, problems: [], ...result }
  })
  const code = await command.run(args, terminal)
  return { ...written, code, request: requests[0] }
}

/** As much of an addition as the command tells of. */
const addition = (how: 'panel' | 'target', name: string, panel = { title: 'Errors', within: ['HTTP'] }) =>
  ({ metric: { name }, how, panel, line: 12 }) as unknown as UpdateFileResult['additions'][number]

describe('dashboards update', () => {
  it('hands on what was asked for', async () => {
    const { request } = await run([
      'd.json',
      '--scrape',
      'a',
      '--scrape=b',
      '--scrape-header',
      'Authorization: Bearer x',
      '--metrics',
      'one,two',
      '--metrics=three',
      '--dashboards',
      'all',
      '--thresholds',
      't.yaml',
      '--dry-run',
    ])
    assert.deepEqual(request, {
      file: 'd.json',
      scrapes: ['a', 'b'],
      scrapeHeaders: { Authorization: 'Bearer x' },
      catalog: undefined,
      sources: [],
      dashboards: ['all'],
      metrics: ['one', 'two', 'three'],
      thresholds: 't.yaml',
      mode: 'dry-run',
      own: undefined,
    })
  })

  it('says what was added and where the backup is', async () => {
    const { out, code } = await run(['d.json', '--scrape', 'a'], {
      additions: [addition('panel', 'one'), addition('target', 'two'), addition('target', 'three')],
      backup: 'd.json.bak',
    })
    assert.equal(
      out,
      'd.json:12: one has the panel "HTTP / Errors"\n' +
        'd.json:12: two joins the panel "HTTP / Errors"\n' +
        'd.json:12: three joins the panel "HTTP / Errors"\n' +
        'd.json: 1 panel and 2 queries added; d.json.bak keeps what was there\n',
    )
    assert.equal(code, 0)
  })

  it('tells programs what was added as JSON, and nothing else', async () => {
    const { out, err, code } = await run(['d.json', '--scrape', 'a', '--json'], {
      additions: [addition('panel', 'one')],
      backup: 'd.json.bak',
      problems: ['x: y'],
    })
    assert.deepEqual(JSON.parse(out), {
      file: 'd.json',
      additions: [{ metric: 'one', how: 'panel', panel: ['HTTP', 'Errors'], line: 12 }],
      backup: 'd.json.bak',
      page: '',
      problems: ['x: y'],
    })
    assert.deepEqual([code, err], [2, ''])
  })

  it('says when there is nothing to add', async () => {
    assert.match((await run(['d.json', '--scrape', 'a'])).out, /nothing to add/)
  })

  it('writes the difference alone to the output, so that it can be handed on', async () => {
    const { out, err, code } = await run(['d.json', '--scrape', 'a', '--dry-run'], {
      page: '--- a\n+++ b\n',
      problems: ['x: y'],
    })
    assert.equal(code, 2)
    assert.equal(out, '--- a\n+++ b\n')
    assert.equal(err, 'tidegauge: x: y\nd.json: nothing to add of what could be read\n')
  })

  it('writes the guide alone to the output', async () => {
    assert.equal((await run(['d.json', '--scrape', 'a', '--guide'], { page: '# Guide\n' })).out, '# Guide\n')
  })

  it('lets no title steer the terminal', async () => {
    const evil = addition('panel', 'one', { title: '\u001b[2J\nx', within: [] })
    const { out } = await run(['d.json', '--scrape', 'a'], { additions: [evil] })
    assert.equal(out.split('\n').length, 3)
    assert.ok(!out.includes('\u001b'))
  })

  const wrong = [
    { args: [], says: /takes one file/ },
    { args: ['a.json', 'b.json', '--scrape', 'x'], says: /takes one file/ },
    { args: ['d.json'], says: /nothing says which metrics/ },
    { args: ['d.json', '--scrape', 'x', '--dry-run', '--guide'], says: /exclude each other/ },
    {
      args: ['d.json', '--scrape', 'x', '--metrics', 'a b'],
      says: /--metrics is "a b", but must be names of metrics/,
    },
    { args: ['d.json', '--scrape', 'x', '--scrape-header', 'nonsense'], says: /Name: value/ },
    { args: ['d.json', '--scarpe', 'x'], says: /there is no flag --scarpe \(did you mean --scrape\?\)/ },
    { args: ['d.json', '--catalog', 'x', '--catalog', 'y'], says: /--catalog is given more than once/ },
  ]
  for (const { args, says } of wrong) {
    it(`refuses ${args.join(' ') || 'no file'}`, async () => {
      await assert.rejects(
        run(args),
        (error: Error & { type?: string }) => says.test(error.message) && error.type === 'usage',
      )
    })
  }
})
