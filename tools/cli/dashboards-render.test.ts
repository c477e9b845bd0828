import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Rendered, RenderedPanel } from '../render/render.ts'
import { type RenderRequest, renderCommand } from './dashboards-render.ts'
import { createTestTerminal, testProgram } from './testing/test-terminal.ts'

const drawn: RenderedPanel = { title: 'P', state: 'drawn', errors: [] }

async function run(args: readonly string[], result: Partial<Rendered> = {}) {
  const requests: RenderRequest[] = []
  const { terminal, written } = createTestTerminal()
  const command = renderCommand(testProgram, async (request) => {
    requests.push(request)
    return { html: '', panels: [drawn], problems: [], ...result }
  })
  const code = await command.run(args, terminal)
  return { code, request: requests[0] as RenderRequest, ...written }
}

const url = ['--prometheus', 'http://p:9090']

describe('dashboards render', () => {
  it('writes a page beside the user unless told otherwise', async () => {
    const { code, request, out } = await run(['some/d.json', ...url])
    assert.deepEqual(
      [code, request.out, request.png, out],
      [0, 'd.html', undefined, 'd.html: 1 of 1 panels drawn\n'],
    )
    assert.deepEqual(
      [request.from, request.to, request.theme, request.widthPx],
      ['now-1h', 'now', 'dark', 1600],
    )
  })

  it('tells programs what it has drawn as JSON, and nothing else', async () => {
    const problems = [{ name: 'v', message: 'no' }]
    const { code, out, err } = await run(['d.json', ...url, '--json', '--png', 'd.png'], { problems })
    assert.deepEqual(JSON.parse(out), { file: 'd.json', written: ['d.png'], panels: [drawn], problems })
    assert.deepEqual([code, err], [1, ''])
  })

  it('takes all that it offers', async () => {
    const { request } = await run([
      'd.json',
      ...url,
      '--png',
      'd.png',
      '--from',
      'now-6h',
      '--to',
      'now-1h',
      '--var',
      'job=a',
      '--var',
      'job=b=c',
      '--theme',
      'light',
      '--width',
      '1200',
      '--browser',
      '/b',
      '--prometheus-header',
      'Authorization: Bearer x',
    ])
    assert.deepEqual(request, {
      file: 'd.json',
      prometheus: { url: 'http://p:9090', headers: { Authorization: 'Bearer x' } },
      out: undefined,
      png: 'd.png',
      from: 'now-6h',
      to: 'now-1h',
      variables: new Map([['job', ['a', 'b=c']]]),
      theme: 'light',
      widthPx: 1200,
      browser: '/b',
    })
  })

  it('tells of queries and variables that failed, and ends with 1', async () => {
    const { code, out, err } = await run(['d.json', ...url], {
      panels: [
        { title: 'A\nB', state: 'error', errors: ['query A: bad \u001b[31m'] },
        { title: 'C', state: 'empty', errors: [] },
        { title: 'D', state: 'undrawn', errors: [] },
      ],
      problems: [{ name: 'v', message: 'no' }],
    })
    assert.equal(code, 1)
    assert.equal(err, 'd.json: variable v: no\nd.json: panel "A B": query A: bad [31m\n')
    assert.equal(
      out,
      'd.html: 0 of 3 panels drawn, 1 without data, 1 in error, 1 of types that are not drawn\n',
    )
  })

  const wrong = [
    [['d.json'], /--prometheus is missing/],
    [[...url], /takes one file/],
    [['a.json', 'b.json', ...url], /takes one file/],
    [['d.json', '--prometheus', 'localhost:9090'], /"localhost:9090", but must be an address like http/],
    [['d.json', '--prometheus', 'http://'], /must be an address like http/],
    [['d.json', ...url, '--theme', 'blue'], /must be one of dark, light/],
    [['d.json', ...url, '--width', '10'], /400 to 7680/],
    [['d.json', ...url, '--width', 'wide'], /400 to 7680/],
    [['d.json', ...url, '--var', 'job'], /must be NAME=VALUE/],
    [['d.json', ...url, '--prometheus-header', 'x'], /Name: value/],
    [['d.json', ...url, '--nope'], /--help lists the flags/],
  ] as const
  for (const [args, message] of wrong)
    it(`refuses ${args.join(' ')}`, () => assert.rejects(run(args), { type: 'usage', message }))
})
