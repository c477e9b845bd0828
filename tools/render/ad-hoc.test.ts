import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readDashboard } from '../dashboards/read.ts'
import { type AdHocFilter, addFilters, adHocFilters, readAdHocFilter } from './ad-hoc.ts'

const job: AdHocFilter = { label: 'job', operator: '=', value: 'a"b\\' }
const not: AdHocFilter = { label: 'http.route', operator: '!~', value: '/x' }

describe('addFilters', () => {
  const cases: readonly { readonly query: string; readonly filtered: string }[] = [
    { query: 'up', filtered: 'up{job="a\\"b\\\\"}' },
    { query: 'up{}', filtered: 'up{job="a\\"b\\\\"}' },
    { query: 'up {  }[5m] offset 1m', filtered: 'up {job="a\\"b\\\\"  }[5m] offset 1m' },
    { query: 'up{a="}"}', filtered: 'up{a="}",job="a\\"b\\\\"}' },
    { query: 'up{a="1",}', filtered: 'up{a="1",job="a\\"b\\\\",}' },
    { query: '{__name__=~"a.*"}', filtered: '{__name__=~"a.*",job="a\\"b\\\\"}' },
    { query: '{"a.b"}', filtered: '{"a.b",job="a\\"b\\\\"}' },
    {
      query: 'sum by (le) (rate(a_bucket{x="1"}[5m])) / on(job) max(b)',
      filtered: 'sum by (le) (rate(a_bucket{x="1",job="a\\"b\\\\"}[5m])) / on(job) max(b{job="a\\"b\\\\"})',
    },
    { query: 'time() + 1', filtered: 'time() + 1' },
    { query: 'sum(', filtered: 'sum(' },
  ]
  for (const { query, filtered } of cases) {
    it(`to ${query}`, () => {
      assert.equal(addFilters(query, [job]), filtered)
    })
  }

  it('all of them, quoting labels of other letters', () => {
    assert.equal(addFilters('up', [{ ...job, value: 'x' }, not]), 'up{job="x","http.route"!~"/x"}')
  })
})

it('reads the filters of both schemas', () => {
  const filters = [
    { key: 'job', operator: '=', value: 'a' },
    { key: 'code', operator: '=|', value: '2', values: ['2.x', '3'] },
    { key: 'size', operator: '>', value: '5' },
    { key: 'bad' },
    null,
  ]
  const expected = [
    { label: 'base', operator: '!=', value: '' },
    { label: 'job', operator: '=', value: 'a' },
    { label: 'code', operator: '=~', value: '2\\.x|3' },
  ]
  const baseFilters = [{ key: 'base', operator: '!=', value: '' }]
  const classic = {
    title: 'T',
    schemaVersion: 39,
    panels: [],
    templating: { list: [{ name: 'f', type: 'adhoc', filters, baseFilters }] },
  }
  const elements = {
    apiVersion: 'dashboard.grafana.app/v2beta1',
    kind: 'Dashboard',
    spec: {
      title: 'T',
      elements: {},
      layout: {},
      variables: [{ kind: 'AdhocVariable', spec: { name: 'f', filters, baseFilters } }],
    },
  }
  for (const json of [classic, elements]) {
    const dashboard = readDashboard({ file: 'd.json', text: JSON.stringify(json) })
    const [variable] = dashboard.variables
    assert.equal(variable?.type, 'adhoc')
    assert.deepEqual(variable && adHocFilters(dashboard, variable), expected)
  }
})

it('reads what is typed', () => {
  assert.deepEqual(readAdHocFilter('job=~a.*'), { label: 'job', operator: '=~', value: 'a.*' })
  assert.deepEqual(readAdHocFilter('job != "x=y"'), { label: 'job', operator: '!=', value: 'x=y' })
  assert.equal(readAdHocFilter('job'), undefined)
})
