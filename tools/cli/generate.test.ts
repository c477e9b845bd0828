import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { GenerateRequest, GenerateResult } from '../generate/generate.ts'
import { generateCommand } from './generate.ts'
import { createTestTerminal, testProgram } from './testing/test-terminal.ts'

async function run(args: readonly string[], result: Partial<GenerateResult> = {}) {
  const requests: GenerateRequest[] = []
  const { terminal, written } = createTestTerminal()
  const command = generateCommand(testProgram, async (request) => {
    requests.push(request)
    return { files: 3, drift: [], ...result }
  })
  const code = await command.run(args, terminal)
  return { code, request: requests[0], ...written }
}

const drift = [
  { path: 'docs/metrics.md', how: 'different' },
  { path: 'dashboards/alerts/old.yaml', how: 'left over' },
] as const

describe('generate', () => {
  it('writes beside the user unless told otherwise', async () => {
    const { code, request, out } = await run([], { drift })
    assert.deepEqual(request, {
      out: '.',
      config: undefined,
      catalog: undefined,
      check: false,
      own: undefined,
    })
    assert.equal(
      out,
      'docs/metrics.md written\ndashboards/alerts/old.yaml removed\n3 files in ., 2 changed\n',
    )
    assert.equal(code, 0)
  })

  it('takes all that it offers', async () => {
    const { request } = await run(['--out', 'm', '--config', 'c.yaml', '--catalog', 'k.ts', '--check'])
    assert.deepEqual(request, { out: 'm', config: 'c.yaml', catalog: 'k.ts', check: true, own: undefined })
  })

  it('names each file that drifts, how to mend it, and exits with 1', async () => {
    const { code, out, err } = await run(['--check', '--out', 'm'], { drift })
    assert.deepEqual([code, out], [1, ''])
    assert.equal(
      err,
      'docs/metrics.md is different; mend it with: tidegauge generate --out m\n' +
        'dashboards/alerts/old.yaml is left over; mend it with: tidegauge generate --out m\n',
    )
  })

  it('tells programs the same as JSON, with the same exit code', async () => {
    const told = { files: 3, changed: drift }
    for (const [args, expected] of [
      [['--json'], 0],
      [['--json', '--check'], 1],
    ] as const) {
      const { code, out, err } = await run(args, { drift })
      assert.deepEqual([code, JSON.parse(out), err], [expected, told, ''])
    }
  })

  it('is silent when nothing drifts', async () => {
    const { code, out, err } = await run(['--check'])
    assert.deepEqual([code, out, err], [0, '', ''])
  })

  const refused = [
    { args: ['--cfg', 'x'], says: /--cfg.*tidegauge generate --help/ },
    { args: ['file'], says: /file/ },
    { args: ['--out', ''], says: /--out is "", but must not be empty/ },
    { args: ['--config'], says: /--config/ },
  ]
  for (const { args, says } of refused)
    it(`refuses ${args.join(' ')}`, () => assert.rejects(run(args), { name: 'UsageError', message: says }))
})
