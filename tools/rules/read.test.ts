import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRuleTest, readRules } from './read.ts'

const read = (text: string) => readRules({ file: 'rules.yaml', text }).groups

const plain = `groups:
  - name: shop
    interval: 1m30s
    rules:
      - alert: ShopDown
        expr: up == 0
        for: 5m
        labels: { severity: critical }
        annotations:
          summary: The shop is down.
      - record: shop:orders:rate5m
        expr: |
          sum(
            rate(orders_total[5m])
          )
`

describe('readRules', () => {
  it('reads alerts and recordings with their lines', () => {
    const [group] = read(plain)
    assert.ok(group)
    assert.deepEqual([group.name, group.intervalMs, group.line], ['shop', 90_000, 2])
    const [alert, record] = group.rules
    assert.deepEqual(alert, {
      kind: 'alert',
      name: 'ShopDown',
      expr: 'up == 0',
      line: 5,
      exprLine: 6,
      forMs: 300_000,
      labels: new Map([['severity', 'critical']]),
      annotations: new Map([['summary', 'The shop is down.']]),
    })
    assert.deepEqual([record?.kind, record?.line, record?.exprLine], ['record', 11, 13])
  })

  it('reads a PrometheusRule of Kubernetes, several documents, and a namespace of Mimir', () => {
    const inner = plain.replace(/^/gm, '  ')
    const resource = `apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n${inner}`
    assert.equal(read(resource)[0]?.rules.length, 2)
    assert.equal(read(`${plain}---\n${resource}`).length, 2)
    assert.equal(read(`namespace: shop\n${plain}`)[0]?.rules.length, 2)
  })

  it('takes a file without rules', () => {
    assert.deepEqual(read(''), [])
    assert.deepEqual(read('groups:\n'), [])
  })

  const refused = [
    {
      text: 'groups: [',
      says: /^rules.yaml:1: it is not valid YAML: .*; correct the indentation, or close what was opened before$/,
    },
    { text: 'a: 1', says: /groups are missing/ },
    { text: '- a', says: /a rule file is a map/ },
    { text: 'groups: 3', says: /groups is not a list/ },
    {
      text: 'groups:\n  - name: g\n    rules:\n      - alert: A\n',
      says: /^rules.yaml:4: the rule A has no expr/,
    },
    { text: 'groups: [{name: g, rules: [{expr: a}]}]', says: /neither alert nor record/ },
    { text: 'groups: [{name: g, rules: [{alert: A, record: b, expr: a}]}]', says: /both alert and record/ },
    {
      text: 'groups: [{name: g, rules: [{alert: A, expr: a, for: soon}]}]',
      says: /for is "soon", which is not a duration/,
    },
  ]
  for (const { text, says } of refused) {
    it(`says in one line what is wrong with ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => read(text),
        (error: Error) => says.test(error.message) && !error.message.includes('\n'),
      )
    })
  }

  it('tells tests for promtool from rules', () => {
    assert.equal(isRuleTest('rule_files:\n  - rules.yaml\ntests: []\n'), true)
    assert.equal(isRuleTest(plain), false)
  })
})
