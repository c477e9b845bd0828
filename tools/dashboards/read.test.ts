import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nodeAt, parseJsonText } from './json-text.ts'
import { readDashboard } from './read.ts'

const braced = (name: string) => `\${${name}}`
const read = (json: unknown) => readDashboard({ file: 'd.json', text: JSON.stringify(json, null, 2) })
const panel = (id: number, more: object = {}) => ({
  id,
  type: 'timeseries',
  title: `Panel ${id}`,
  gridPos: { x: 0, y: id * 8, w: 12, h: 8 },
  datasource: { type: 'prometheus', uid: braced('datasource') },
  targets: [{ refId: 'A', expr: `rate(x${id}_total[5m])` }],
  ...more,
})
const classic = {
  uid: 'u',
  title: 'T',
  schemaVersion: 39,
  refresh: '10s',
  tags: ['a'],
  panels: [panel(1), panel(2)],
}

describe('readDashboard, classic schema', () => {
  const envelopes = [
    { name: 'bare', json: classic, path: ['panels', 0] },
    {
      name: 'in the answer of the API',
      json: { meta: { slug: 't' }, dashboard: classic },
      path: ['dashboard', 'panels', 0],
    },
    {
      name: 'as a resource',
      json: {
        apiVersion: 'dashboard.grafana.app/v1beta1',
        kind: 'Dashboard',
        metadata: { name: 'u' },
        spec: { ...classic, uid: undefined },
      },
      path: ['spec', 'panels', 0],
    },
  ]
  for (const { name, json, path } of envelopes) {
    it(`is read ${name}`, () => {
      const dashboard = read(json)
      assert.deepEqual(
        [dashboard.schema, dashboard.uid, dashboard.title, dashboard.refresh, dashboard.tags],
        ['v1', 'u', 'T', '10s', ['a']],
      )
      assert.deepEqual(
        dashboard.panels.map(({ id }) => id),
        [1, 2],
      )
      assert.deepEqual(dashboard.panels[0]?.path, path)
      assert.equal(dashboard.panels[0]?.targets[0]?.expr, 'rate(x1_total[5m])')
    })
  }

  it('finds panels in collapsed rows, under open rows, in panels, and tells what is around them', () => {
    const { panels } = read({
      ...classic,
      panels: [
        panel(1, { gridPos: { x: 0, y: 0, w: 12, h: 8 } }),
        {
          id: 10,
          type: 'row',
          title: 'Open',
          collapsed: false,
          gridPos: { x: 0, y: 8, w: 24, h: 1 },
          panels: [],
        },
        panel(2, {
          gridPos: { x: 0, y: 9, w: 12, h: 8 },
          panels: [panel(3, { gridPos: { x: 0, y: 0, w: 4, h: 4 } })],
        }),
        {
          id: 11,
          type: 'row',
          title: 'Closed',
          collapsed: true,
          gridPos: { x: 0, y: 17, w: 24, h: 1 },
          panels: [panel(4)],
        },
      ],
    })
    assert.deepEqual(
      panels.map(({ id, within, gridKey }) => [id, within, gridKey]),
      [
        [1, [], 'panels'],
        [2, ['Open'], 'panels'],
        [3, ['Open', 'Panel 2'], 'panels/2/panels'],
        [4, ['Closed'], 'panels/3/panels'],
      ],
    )
  })

  it('reads the older rows, which have no grid', () => {
    const { panels } = read({
      title: 'T',
      schemaVersion: 14,
      rows: [{ title: 'R', panels: [panel(1, { gridPos: undefined, format: 's' })] }],
    })
    assert.deepEqual(
      panels.map(({ id, within, grid, unit }) => [id, within, grid, unit]),
      [[1, ['R'], undefined, 's']],
    )
  })

  it('reads the model of a library panel where the export brings it along', () => {
    const { panels } = read({
      ...classic,
      __elements: {
        lib: { uid: 'lib', name: 'Lib', model: panel(0, { title: 'In the library', type: 'stat' }) },
      },
      panels: [
        { id: 7, gridPos: { x: 0, y: 0, w: 4, h: 4 }, libraryPanel: { uid: 'lib', name: 'Lib' } },
        { id: 8, libraryPanel: { uid: 'gone', name: 'Gone' } },
      ],
    })
    assert.deepEqual(
      panels.map(({ id, type, library, targets }) => [id, type, library?.name, targets.length]),
      [
        [7, 'stat', 'Lib', 1],
        [8, '', 'Gone', 0],
      ],
    )
  })

  const sources = [
    { name: 'Prometheus by type', datasource: { type: 'prometheus', uid: 'x' }, isPromql: true },
    { name: 'Loki by type', datasource: { type: 'loki', uid: 'x' }, isPromql: false },
    { name: 'none at all', datasource: undefined, isPromql: true },
    { name: 'an input of Prometheus', datasource: braced('DS_A'), isPromql: true },
    { name: 'an input of Loki', datasource: braced('DS_B'), isPromql: false },
    { name: 'a variable of Loki', datasource: { uid: '$logs' }, isPromql: false },
    { name: 'an expression', datasource: { type: '__expr__', uid: '__expr__' }, isPromql: false },
    { name: 'a name', datasource: 'Prometheus', isPromql: true },
    { name: 'the name of Loki', datasource: 'Loki prod', isPromql: false },
  ]
  for (const { name, datasource, isPromql } of sources) {
    it(`takes a target for ${isPromql ? '' : 'no '}PromQL with ${name}`, () => {
      const { panels } = read({
        ...classic,
        __inputs: [
          { name: 'DS_A', type: 'datasource', pluginId: 'prometheus' },
          { name: 'DS_B', type: 'datasource', pluginId: 'loki' },
        ],
        templating: { list: [{ name: 'logs', type: 'datasource', query: 'loki' }] },
        panels: [
          panel(1, {
            datasource: { type: 'mixed', uid: '-- Mixed --' },
            targets: [{ refId: 'A', expr: 'x', datasource }],
          }),
          panel(2, { datasource }),
        ],
      })
      assert.equal(panels[1]?.targets[0]?.expr !== undefined, isPromql)
      if (datasource !== undefined) assert.equal(panels[0]?.targets[0]?.expr !== undefined, isPromql)
    })
  }

  it('reads variables in their old and new forms', () => {
    const { variables } = read({
      ...classic,
      templating: {
        list: [
          {
            name: 'job',
            type: 'query',
            query: { query: 'label_values(up, job)', refId: 'x' },
            multi: true,
            includeAll: true,
            current: { value: ['a', 'b'] },
          },
          { name: 'old', type: 'query', query: 'label_values(up, old)', regex: '/x/' },
          { name: 'range', type: 'interval', query: '1m,5m', options: [{ value: '1m' }] },
        ],
      },
    })
    assert.deepEqual(
      variables.map(({ name, query, current, isMulti, regex, line }) => [
        name,
        query,
        current,
        isMulti,
        regex,
        line > 1,
      ]),
      [
        ['job', 'label_values(up, job)', 'a', true, undefined, true],
        ['old', 'label_values(up, old)', undefined, false, '/x/', true],
        ['range', '1m,5m', '1m', false, undefined, true],
      ],
    )
  })
})

describe('readDashboard, schema v2', () => {
  const element = (id: number, query: object) => ({
    kind: 'Panel',
    spec: {
      id,
      title: `Panel ${id}`,
      data: {
        kind: 'QueryGroup',
        spec: { queries: [{ kind: 'PanelQuery', spec: { refId: 'A', hidden: false, ...query } }] },
      },
      vizConfig: {
        kind: 'VizConfig',
        group: 'stat',
        spec: {
          fieldConfig: { defaults: { unit: 's', thresholds: { steps: [{ value: null, color: 'green' }] } } },
        },
      },
    },
  })
  const beta = {
    query: { kind: 'DataQuery', group: 'prometheus', datasource: { name: 'p' }, spec: { expr: 'up' } },
  }
  const alpha = {
    query: { kind: 'prometheus', spec: { expr: 'up' } },
    datasource: { type: 'prometheus', uid: 'p' },
  }
  const item = (name: string, y: number) => ({
    kind: 'GridLayoutItem',
    spec: { x: 0, y, width: 12, height: 8, element: { kind: 'ElementReference', name } },
  })
  const elements = {
    a: element(1, beta),
    b: element(2, alpha),
    c: { kind: 'LibraryPanel', spec: { id: 3, title: 'L', libraryPanel: { uid: 'u', name: 'Lib' } } },
  }
  const grid = (...items: object[]) => ({ kind: 'GridLayout', spec: { items } })
  const layouts = [
    {
      name: 'a grid',
      layout: grid(item('a', 0), item('b', 8), item('c', 16)),
      within: [[], [], []],
      y: [0, 8, 16],
    },
    {
      name: 'rows',
      layout: {
        kind: 'RowsLayout',
        spec: {
          rows: [
            { kind: 'RowsLayoutRow', spec: { title: 'R', layout: grid(item('a', 0), item('b', 8)) } },
            { kind: 'RowsLayoutRow', spec: { title: 'S', layout: grid(item('c', 0)) } },
          ],
        },
      },
      within: [['R'], ['R'], ['S']],
      y: [0, 8, 0],
    },
    {
      name: 'tabs with rows',
      layout: {
        kind: 'TabsLayout',
        spec: {
          tabs: [
            {
              kind: 'TabsLayoutTab',
              spec: {
                title: 'Tab',
                layout: {
                  kind: 'RowsLayout',
                  spec: {
                    rows: [{ spec: { title: 'R', layout: grid(item('a', 0), item('b', 8), item('c', 16)) } }],
                  },
                },
              },
            },
          ],
        },
      },
      within: [
        ['Tab', 'R'],
        ['Tab', 'R'],
        ['Tab', 'R'],
      ],
      y: [0, 8, 16],
    },
    {
      name: 'rows inside of a grid, as the first v2 had them',
      layout: grid(item('a', 0), {
        kind: 'GridLayoutRow',
        spec: { y: 8, title: 'R', collapsed: true, elements: [item('b', 0), item('c', 8)] },
      }),
      within: [[], ['R'], ['R']],
      y: [0, 0, 8],
    },
    {
      name: 'a grid that lays out itself',
      layout: {
        kind: 'AutoGridLayout',
        spec: {
          items: ['a', 'b', 'c'].map((name) => ({ kind: 'AutoGridLayoutItem', spec: { element: { name } } })),
        },
      },
      within: [[], [], []],
      y: [undefined, undefined, undefined],
    },
  ]
  for (const { name, layout, within, y } of layouts) {
    it(`reads ${name}`, () => {
      const dashboard = read({
        apiVersion: 'dashboard.grafana.app/v2beta1',
        kind: 'Dashboard',
        metadata: { name: 'uid' },
        spec: {
          title: 'T',
          timeSettings: { autoRefresh: '10s' },
          tags: ['t'],
          elements,
          layout,
          variables: [
            {
              kind: 'QueryVariable',
              spec: {
                name: 'job',
                query: { kind: 'DataQuery', group: 'prometheus', spec: { query: 'label_values(job)' } },
              },
            },
          ],
        },
      })
      assert.deepEqual(
        [dashboard.schema, dashboard.uid, dashboard.refresh, dashboard.variables[0]?.query],
        ['v2', 'uid', '10s', 'label_values(job)'],
      )
      assert.deepEqual(
        dashboard.panels.map((each) => each.within),
        within,
      )
      assert.deepEqual(
        dashboard.panels.map((each) => each.grid?.y),
        y,
      )
      assert.deepEqual(
        dashboard.panels.map((each) => each.targets[0]?.expr),
        ['up', 'up', undefined],
      )
      assert.deepEqual(
        dashboard.panels.map((each) => [each.type, each.unit]),
        [
          ['stat', 's'],
          ['stat', 's'],
          ['', undefined],
        ],
      )
      assert.equal(dashboard.panels[2]?.library?.name, 'Lib')
    })
  }
})

describe('readDashboard, text', () => {
  const text = JSON.stringify(classic, null, 2)
  for (const { name, changed } of [
    { name: 'a byte order mark', changed: `\ufeff${text}` },
    { name: 'CRLF', changed: text.replaceAll('\n', '\r\n') },
  ]) {
    it(`accepts ${name}, with the same lines`, () => {
      const { panels } = readDashboard({ file: 'd.json', text: changed })
      assert.deepEqual(
        panels.map(({ line }) => line),
        panels.map(({ id }) => text.slice(0, text.indexOf(`"id": ${id}`)).split('\n').length - 1),
      )
    })
  }

  const broken = [
    { name: 'nothing', text: '  \n', says: /^d\.json: the file is empty/ },
    {
      name: 'more panels than a browser shows',
      text: JSON.stringify({
        ...classic,
        panels: [...Array(5000).fill({ type: 'text' }), { type: 'row', panels: [] }],
      }),
      says: /^d\.json: it has 5001 panels, more than anybody can look at \(limit 5000\); split it/,
    },
    { name: 'HTML', text: '<!doctype html><html>', says: /HTML/ },
    { name: 'YAML', text: 'apiVersion: 1', says: /not JSON/ },
    { name: 'NaN', text: '{\n"panels": [\n{"id": NaN}]}', says: /^d\.json:3: JSON has no NaN/ },
    {
      name: '-Infinity',
      text: '{\n"panels": [\n{"id": -Infinity}]}',
      says: /^d\.json:3: JSON has no Infinity/,
    },
    { name: 'a text cut off', text: text.slice(0, 200), says: /ends in the middle/ },
    { name: 'a comma too many', text: '{"panels": [],\n}', says: /^d\.json:2: not valid JSON/ },
    { name: 'a newline in a string', text: '{"title": "a\nb"}', says: /^d\.json:1: not valid JSON/ },
    {
      name: 'a key twice',
      text: '{"panels": [1], "title": "a",\n"panels": {}}',
      says: /^d\.json:2: the key "panels" stands twice/,
    },
    { name: 'a list', text: '[]', says: /list/ },
    { name: 'a number', text: '"x"', says: /single value/ },
    { name: 'another kind of resource', text: '{"kind": "Folder"}', says: /Folder/ },
    { name: 'another file', text: '{"a": 1}', says: /neither/ },
    {
      name: 'very deep lists',
      text: `{"panels":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      says: /nested/,
    },
    { name: '40 MB', text: ' '.repeat(40_000_000), says: /too large/ },
  ]
  for (const { name, text, says } of broken) {
    it(`refuses ${name} in one line`, () => {
      assert.throws(
        () => readDashboard({ file: 'd.json', text }),
        (error: Error & { type?: string }) => {
          assert.match(error.message, says)
          assert.doesNotMatch(error.message, /\n/)
          return error.type === 'usage'
        },
      )
    })
  }

  it('survives every value being of another kind than expected', () => {
    const full = {
      ...classic,
      templating: { list: [{ name: 'a', query: {} }] },
      panels: [panel(1), { type: 'row', panels: [panel(2)] }],
    }
    const paths: (string | number)[][] = []
    const walk = (value: unknown, path: (string | number)[]) => {
      paths.push(path)
      if (typeof value !== 'object' || value === null) return
      for (const [key, each] of Object.entries(value))
        walk(each, [...path, Array.isArray(value) ? Number(key) : key])
    }
    walk(full, [])
    for (const path of paths.slice(1)) {
      for (const other of [null, 1, '', 'x', [], {}, [null], [[]]]) {
        const bent = structuredClone(full) as unknown as Record<string | number, unknown>
        let at = bent
        for (const step of path.slice(0, -1)) at = at[step] as typeof at
        at[path.at(-1) ?? ''] = other
        try {
          read(bent)
        } catch (error) {
          assert.equal(
            (error as { type?: string }).type,
            'usage',
            `${path.join('.')}: ${(error as Error).stack}`,
          )
        }
      }
    }
  })
})

describe('parseJsonText', () => {
  it('tells the exact range of every value, whatever the strings hold', () => {
    const value = {
      'a"\\': ['\\', 'x\\"y', '[{,}]', ' '],
      b: { c: -1.5e3, d: [], e: {}, f: null, g: [[], [true]] },
      __proto__x: 1,
    }
    for (const text of [
      JSON.stringify(value),
      JSON.stringify(value, null, 2),
      JSON.stringify(value, null, '\t').replaceAll('\n', '\r\n'),
    ]) {
      const { root } = parseJsonText({ file: 'd.json', text })
      const check = (node: ReturnType<typeof nodeAt>, expected: unknown) => {
        assert.deepEqual(JSON.parse(text.slice(node?.start, node?.end)), expected)
        for (const [key, member] of node?.members ?? [])
          check(member, (expected as Record<string, unknown>)[key])
        for (const [index, item] of node?.items?.entries() ?? []) check(item, (expected as unknown[])[index])
      }
      check(root, value)
      assert.equal(nodeAt(root, ['b', 'g', 1, 0])?.value, true)
    }
  })
})
