import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { auditCommand } from './audit.ts'
import { type AuditArguments, auditFlags, parseAuditArguments } from './audit-flags.ts'

describe('flags of tidegauge audit', () => {
  const cases: readonly { readonly args: string; readonly expected: AuditArguments }[] = [
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
    it(`reads ${args || 'nothing'}`, () => {
      assert.deepEqual(parseAuditArguments(args.split(' ').filter(Boolean)), expected)
    })
  }

  const refused: readonly { readonly args: string; readonly says: RegExp }[] = [
    { args: '--scrap a', says: /no flag --scrap \(did you mean --scrape\?\)/ },
    { args: 'a.json', says: /"a.json" stands behind no flag that takes it/ },
    { args: '--output a --output b', says: /--output is given more than once/ },
    { args: '--json --markdown', says: /--json and --markdown exclude each other/ },
    { args: '--output a b', says: /"b" stands behind no flag/ },
    { args: '--dashboards --json', says: /--dashboards needs a value: --dashboards GLOB…/ },
    { args: '--json=yes', says: /--json takes no value/ },
    { args: '--scrapes none', says: /--scrapes is "none"; write a whole number/ },
    { args: '--interval soon', says: /--interval is "soon"; write a duration/ },
    { args: '--fail-on waring', says: /\(did you mean warning\?\); write one of error, warning, info, none/ },
    { args: '--prometheus localhost:9090', says: /write an address like http/ },
    { args: '--header nothing', says: /--header takes 'Name: value'/ },
    { args: '--header @missing.txt', says: /missing.txt cannot be read/ },
  ]
  for (const { args, says } of refused) {
    it(`refuses ${args}`, () => {
      assert.throws(() => parseAuditArguments(args.split(' ')), { type: 'usage', message: says })
    })
  }

  it('lists the checks, alone', async () => {
    let text = ''
    const command = auditCommand({ audit: async () => 1, listChecks: async () => 'the checks\n' })
    const terminal = {
      out: (said: string) => {
        text += said
      },
      err: () => {},
      isInteractive: false,
    }
    assert.equal(await command.run(['--list-checks'], terminal), 0)
    assert.equal(text, 'the checks\n')
    await assert.rejects(command.run(['--list-checks', '--json'], terminal), { type: 'usage' })
    assert.equal(await command.run([], terminal), 1)
  })

  it('fit a terminal of 140 columns in the help', () => {
    for (const line of auditFlags().split('\n')) assert.ok(line.length <= 140, line)
  })
})
