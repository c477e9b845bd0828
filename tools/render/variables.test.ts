import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readDashboard } from '../dashboards/read.ts'
import { prometheusWith } from './fake-prometheus.fixture.ts'
import { fillVariables } from './variables.ts'

const range = { from: new Date(0), to: new Date(3_600_000) }
const series: Readonly<Record<string, readonly Record<string, string>[]>> = {
  up: [
    { job: 'web', instance: 'w1' },
    { job: 'api', instance: 'a1' },
    { job: 'api', instance: 'a2' },
  ],
  'up{job="api"}': [
    { job: 'api', instance: 'a1' },
    { job: 'api', instance: 'a2' },
  ],
  'up{job=~"(api|web)"}': [
    { job: 'api', instance: 'a1' },
    { job: 'web', instance: 'w1' },
  ],
  '{job!=""}': [{ job: 'api' }, { job: 'web' }],
}
const prometheus = prometheusWith({
  series: (selector) => series[selector] ?? [],
  query: () => [
    {
      labels: new Map([
        ['__name__', 'build'],
        ['version', '1.2'],
      ]),
      value: 1,
    },
  ],
})

function fill(list: readonly object[], chosen: Record<string, readonly string[]> = {}) {
  const text = JSON.stringify({ title: 'T', panels: [], schemaVersion: 39, templating: { list } })
  return fillVariables({
    dashboard: readDashboard({ file: 'd.json', text }),
    prometheus,
    range,
    chosen: new Map(Object.entries(chosen)),
    builtIns: new Map([['__interval', '30s']]),
  })
}

const query = (name: string, text: string, more: object = {}) => ({
  name,
  type: 'query',
  query: text,
  ...more,
})

describe('fillVariables', () => {
  const cases = [
    { name: 'takes the first value there is', list: [query('v', 'label_values(up, job)')], values: ['api'] },
    {
      name: 'takes the value that is saved',
      list: [query('v', 'label_values(up, job)', { current: { value: 'web' } })],
      values: ['web'],
    },
    {
      name: 'does not take a saved value that is gone',
      list: [query('v', 'label_values(up, job)', { current: { value: 'gone' } })],
      values: ['api'],
    },
    { name: 'asks for a label of all series', list: [query('v', 'label_values(job)')], values: ['api'] },
    {
      name: 'takes all values for All',
      list: [
        query('v', 'label_values(up, job)', {
          includeAll: true,
          multi: true,
          current: { value: ['$__all'] },
        }),
      ],
      values: ['api', 'web'],
    },
    {
      name: 'takes the pattern of the file for All',
      list: [
        query('v', 'label_values(up, job)', {
          includeAll: true,
          allValue: '.*',
          current: { value: '$__all' },
        }),
      ],
      values: ['.*'],
    },
    {
      name: 'takes All when nothing is saved and All is offered',
      list: [query('v', 'label_values(up, job)', { includeAll: true })],
      values: ['api', 'web'],
    },
    {
      name: 'matches everything when All has no values',
      list: [query('v', 'label_values(nothing, job)', { includeAll: true })],
      values: ['.*'],
    },
    {
      name: 'sorts as the file says',
      list: [query('v', 'label_values(up, instance)', { sort: 2 })],
      values: ['w1'],
    },
    {
      name: 'keeps what the pattern finds',
      list: [query('v', 'label_values(up, instance)', { regex: '/w(\\d)/' })],
      values: ['1'],
    },
    {
      name: 'reads the answer of a query',
      list: [query('v', 'query_result(build)', { regex: '/version="([^"]+)"/' })],
      values: ['1.2'],
    },
    {
      name: 'waits for a variable that it mentions, wherever that stands',
      list: [query('v', 'label_values(up{job="$job"}, instance)'), query('job', 'label_values(up, job)')],
      values: ['a1'],
    },
    {
      name: 'puts several values into another query as a pattern',
      list: [
        query('job', 'label_values(up, job)', { multi: true, includeAll: true }),
        query('v', 'label_values(up{job=~"$job"}, instance)', { multi: true, includeAll: true }),
      ],
      values: ['a1', 'w1'],
    },
    {
      name: 'reads custom values',
      list: [{ name: 'v', type: 'custom', query: 'Five : 5, Ten : 10' }],
      values: ['5'],
    },
    { name: 'reads constants', list: [{ name: 'v', type: 'constant', query: 'c' }], values: ['c'] },
    {
      name: 'fills an automatic interval',
      list: [{ name: 'v', type: 'interval', query: '1m,5m', current: { value: '$__auto_interval_v' } }],
      values: ['30s'],
    },
    {
      name: 'fills a data source',
      list: [{ name: 'v', type: 'datasource', query: 'prometheus' }],
      values: ['prometheus'],
    },
    {
      name: 'takes what the user gives',
      list: [query('v', 'label_values(up, job)')],
      chosen: { v: ['other'] },
      values: ['other'],
    },
  ] as const
  for (const { name, list, values, ...more } of cases)
    it(name, async () => {
      const { filled, problems } = await fill(list, 'chosen' in more ? more.chosen : {})
      assert.deepEqual({ values: filled.get('v')?.values, problems }, { values, problems: [] })
    })

  it('says which variable could not be filled, and goes on', async () => {
    const { problems, filled } = await fillVariables({
      dashboard: readDashboard({
        file: 'd.json',
        text: JSON.stringify({
          panels: [],
          templating: { list: [query('v', 'label_values(up, job)', { includeAll: true })] },
        }),
      }),
      prometheus: prometheusWith({}),
      range,
      chosen: new Map(),
      builtIns: new Map(),
    })
    assert.deepEqual(problems, [{ name: 'v', message: 'refused: up' }])
    assert.deepEqual(filled.get('v')?.values, ['.*'])
  })

  it('says which pattern only a browser can apply', async () => {
    const { problems } = await fill([query('v', 'label_values(up, instance)', { regex: '/^(?!w)/' })])
    assert.deepEqual(problems, [
      {
        name: 'v',
        message:
          'its pattern /^(?!w)/ cannot be applied here: it looks ahead, refers back to a group, or is too long',
      },
    ])
  })

  it('ends when two variables mention each other', async () => {
    const { filled } = await fill([
      query('a', 'label_values(up{x="$b"}, job)'),
      query('b', 'label_values(up{x="$a"}, job)'),
    ])
    assert.deepEqual([...filled.keys()].sort(), ['__interval', 'a', 'b'])
  })

  it('shows people those that the dashboard shows, by their label', async () => {
    const { shown } = await fill([
      query('job', 'label_values(up, job)', { label: 'Job', includeAll: true }),
      query('hidden', 'label_values(up, job)', { hide: 2 }),
    ])
    assert.deepEqual(shown, [{ label: 'Job', text: 'All' }])
  })
})

describe('ad-hoc filters', () => {
  const list = [{ name: 'f', type: 'adhoc', filters: [{ key: 'job', operator: '=', value: 'a' }] }]

  it('are those that are chosen, or else those of the file', async () => {
    assert.deepEqual((await fill(list)).filters, [{ label: 'job', operator: '=', value: 'a' }])
    const chosen = await fill(list, { f: ['code!=500', 'job=~b.*'] })
    assert.deepEqual(chosen.filters, [
      { label: 'code', operator: '!=', value: '500' },
      { label: 'job', operator: '=~', value: 'b.*' },
    ])
    assert.deepEqual(chosen.shown, [{ label: 'f', text: 'code!="500" + job=~"b.*"' }])
  })

  it('say how they are written', async () => {
    const { filters, problems } = await fill(list, { f: ['job'] })
    assert.deepEqual(filters, [])
    assert.deepEqual(problems, [{ name: 'f', message: '"job" is not a filter; write it as label=value' }])
  })
})
