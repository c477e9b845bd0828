import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AuditFlags } from '../audit/command.ts'
import { auditCommand } from './audit.ts'
import { createTestTerminal, testProgram } from './testing/test-terminal.ts'

async function run(args: readonly string[], exitCode: 0 | 1 | 2 = 0) {
  const requests: AuditFlags[] = []
  const { terminal, written } = createTestTerminal()
  const command = auditCommand(testProgram, async () => ({
    auditCommand: async (request) => {
      requests.push(request)
      return exitCode
    },
    listChecks: () => 'the checks\n',
  }))
  const code = await command.run(args, terminal)
  return { ...written, code, request: requests[0] }
}

describe('flags of tidegauge audit', () => {
  const cases: readonly { readonly args: string; readonly expected: AuditFlags }[] = [
    { args: '', expected: {} },
    {
      args: '--scrape a.txt b.txt --scrape http://shop/metrics',
      expected: { scrape: [['a.txt', 'b.txt'], ['http://shop/metrics']] },
    },
    {
      args: '--dashboards a.json b.json --rules=r.yaml --dashboards c.json --source src',
      expected: { dashboards: ['a.json', 'b.json', 'c.json'], rules: ['r.yaml'], source: ['src'] },
    },
    {
      args: '--catalog shop.yaml --generate-config monitoring.yaml',
      expected: { catalog: 'shop.yaml', 'generate-config': 'monitoring.yaml' },
    },
    {
      args: '--scrapes 3 --interval 1m --timeout 500ms --json --fail-on none',
      expected: { scrapes: 3, interval: 60_000, timeout: 500, format: 'json', 'fail-on': 'none' },
    },
    {
      args: '--header Authorization:x --header A:b --prometheus http://p:9090 --write-baseline --baseline b.json',
      expected: {
        header: { Authorization: 'x', A: 'b' },
        prometheus: 'http://p:9090',
        'write-baseline': true,
        baseline: 'b.json',
      },
    },
  ]
  for (const { args, expected } of cases) {
    it(`reads ${args || 'nothing'}`, async () => {
      assert.deepEqual((await run(args.split(' ').filter(Boolean))).request, expected)
    })
  }

  const refused: readonly { readonly args: string; readonly says: RegExp }[] = [
    { args: '--scrap a', says: /there is no flag --scrap \(did you mean --scrape\?\)/ },
    { args: 'a.json', says: /"a.json" belongs to no flag/ },
    { args: '--output a --output b', says: /--output is given more than once/ },
    { args: '--json --markdown', says: /--json and --markdown exclude each other/ },
    { args: '--output a b', says: /"b" belongs to no flag/ },
    { args: '--dashboards --json', says: /--dashboards needs a value: write --dashboards=GLOB…/ },
    { args: '--json=yes', says: /--json takes no value/ },
    { args: '--scrapes none', says: /--scrapes is "none", but must be a whole number/ },
    { args: '--interval soon', says: /--interval is "soon", but must be a duration/ },
    {
      args: '--fail-on waring',
      says: /must be one of error, warning, info, none \(did you mean warning\?\)/,
    },
    { args: '--prometheus localhost:9090', says: /must be an address like http/ },
    { args: '--header nothing', says: /--header takes 'Name: value'/ },
    { args: '--header @missing.txt', says: /missing.txt cannot be read/ },
  ]
  for (const { args, says } of refused) {
    it(`refuses ${args}`, () => {
      return assert.rejects(run(args.split(' ')), { type: 'usage', message: says })
    })
  }

  it('lists the checks, alone', async () => {
    assert.deepEqual(await run(['--list-checks'], 1), {
      out: 'the checks\n',
      err: '',
      code: 0,
      request: undefined,
    })
    await assert.rejects(run(['--list-checks', '--json']), { type: 'usage' })
    assert.equal((await run([], 1)).code, 1)
  })

  it('fit a terminal of 140 columns in the help', () => {
    const help = auditCommand(testProgram).details?.() ?? ''
    assert.match(help, /--scrape URL\|FILE…/)
    for (const line of help.split('\n')) assert.ok(line.length <= 140, line)
  })
})
