import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readDashboard } from '../dashboards/read.ts'
import { sectionsOf } from './sections.ts'

const panel = (title: string, x: number, y: number, w = 12, h = 8) => ({
  type: 'stat',
  title,
  gridPos: { x, y, w, h },
})
const row = (title: string, y: number, more: object = {}) => ({
  type: 'row',
  title,
  gridPos: { x: 0, y, w: 24, h: 1 },
  ...more,
})

/** Title of each heading, collapsed ones in brackets, and place of each panel. */
function drawn(json: object) {
  const sections = sectionsOf(readDashboard({ file: 'd.json', text: JSON.stringify(json) }))
  return sections.map(({ heading, boxes, hidden }) => {
    const name =
      heading === undefined ? '' : heading.isCollapsed ? `[${heading.title} ${hidden}]` : heading.title
    return [name, ...boxes.map(({ panel, grid }) => `${panel.title} ${grid.x},${grid.y} ${grid.w}×${grid.h}`)]
  })
}

describe('sectionsOf, classic schema', () => {
  const cases = [
    {
      name: 'keeps places',
      panels: [panel('a', 0, 0), panel('b', 12, 0), panel('c', 0, 8, 24)],
      expected: [['', 'a 0,0 12×8', 'b 12,0 12×8', 'c 0,8 24×8']],
    },
    {
      name: 'moves panels up into holes',
      panels: [panel('a', 0, 0), panel('c', 0, 30)],
      expected: [['', 'a 0,0 12×8', 'c 0,8 12×8']],
    },
    {
      name: 'takes panels apart that overlap',
      panels: [panel('a', 0, 0), panel('b', 6, 4)],
      expected: [['', 'a 0,0 12×8', 'b 6,8 12×8']],
    },
    {
      name: 'keeps panels within the grid',
      panels: [panel('a', 20, 0, 12, 4000)],
      expected: [['', 'a 12,0 12×100']],
    },
    {
      name: 'puts panels under the row above them, and hides those of a collapsed one',
      panels: [
        panel('top', 0, 0),
        row('open', 8),
        panel('in open', 0, 9),
        row('shut', 17, { collapsed: true, panels: [panel('in shut', 0, 18)] }),
        row('last', 18),
        panel('in last', 12, 19),
      ],
      expected: [
        ['', 'top 0,0 12×8'],
        ['open', 'in open 0,0 12×8'],
        ['[shut 1]'],
        ['last', 'in last 12,0 12×8'],
      ],
    },
  ]
  for (const { name, panels, expected } of cases)
    it(name, () => assert.deepEqual(drawn({ title: 'T', schemaVersion: 39, panels }), expected))

  it('lays out rows of old by their spans', () => {
    const rows = [
      {
        title: 'R',
        height: '190px',
        panels: [
          { type: 'graph', title: 'a', span: 8 },
          { type: 'graph', title: 'b', span: 8 },
        ],
      },
    ]
    assert.deepEqual(drawn({ title: 'T', schemaVersion: 14, rows }), [['R', 'a 0,0 16×5', 'b 0,5 16×5']])
  })
})

describe('sectionsOf, schema v2', () => {
  const item = (name: string, place: object = {}) => ({
    kind: 'GridLayoutItem',
    spec: { element: { kind: 'ElementReference', name }, ...place },
  })
  const elements = Object.fromEntries(
    ['a', 'b', 'c'].map((title) => [
      title,
      {
        kind: 'Panel',
        spec: {
          id: 1,
          title,
          vizConfig: { kind: 'stat', spec: {} },
          data: { kind: 'QueryGroup', spec: { queries: [] } },
        },
      },
    ]),
  )
  const dashboard = (layout: object) => ({
    apiVersion: 'dashboard.grafana.app/v2beta1',
    kind: 'Dashboard',
    metadata: { name: 'd' },
    spec: { title: 'T', elements, layout },
  })
  const grid = (...items: object[]) => ({ kind: 'GridLayout', spec: { items } })

  it('places panels of a grid, and leaves out those that it does not name', () => {
    const layout = grid(
      item('a', { x: 0, y: 0, width: 8, height: 4 }),
      item('b', { x: 8, y: 0, width: 16, height: 4 }),
    )
    assert.deepEqual(drawn(dashboard(layout)), [['', 'a 0,0 8×4', 'b 8,0 16×4']])
  })

  it('finds the places of an automatic grid', () => {
    const layout = {
      kind: 'AutoGridLayout',
      spec: { maxColumnCount: 2, rowHeightMode: 'short', items: [item('a'), item('b'), item('c')] },
    }
    assert.deepEqual(drawn(dashboard(layout)), [['', 'a 0,0 12×4', 'b 12,0 12×4', 'c 0,4 12×4']])
  })

  it('puts rows into tabs', () => {
    const place = { x: 0, y: 0, width: 24, height: 4 }
    const rows = {
      kind: 'RowsLayout',
      spec: {
        rows: [
          { kind: 'RowsLayoutRow', spec: { title: 'R', layout: grid(item('a', place)) } },
          { kind: 'RowsLayoutRow', spec: { title: 'S', collapse: true, layout: grid(item('b', place)) } },
        ],
      },
    }
    const tabs = {
      kind: 'TabsLayout',
      spec: { tabs: [{ kind: 'TabsLayoutTab', spec: { title: 'Tab', layout: rows } }] },
    }
    assert.deepEqual(drawn(dashboard(tabs)), [['Tab'], ['R', 'a 0,0 24×4'], ['[S 1]']])
  })
})

describe('sectionsOf, repeated', () => {
  const values = ['a', 'b', 'c', 'd', 'e']
  const host = { name: 'host', values, text: 'All', isMulti: true, isPattern: false }
  const places = (json: object) =>
    sectionsOf(readDashboard({ file: 'd.json', text: JSON.stringify(json) }), new Map([['host', host]])).map(
      ({ heading, boxes }) => [
        `${heading?.title ?? ''}${heading?.scope.get('host')?.text ?? ''}`,
        ...boxes.map(
          ({ scope, grid }) => `${scope.get('host')?.text ?? '-'} ${grid.x},${grid.y} ${grid.w}×${grid.h}`,
        ),
      ],
    )
  const cases = [
    {
      name: 'panels stand side by side, and what is below moves down',
      panels: [{ ...panel('p', 0, 0, 24, 4), repeat: 'host', maxPerRow: 3 }, panel('q', 0, 4)],
      expected: [['', 'a 0,0 8×4', 'b 8,0 8×4', 'c 16,0 8×4', 'd 0,4 8×4', 'e 8,4 8×4', '- 0,8 12×8']],
    },
    {
      name: 'panels stand one below the other',
      panels: [{ ...panel('p', 0, 0, 6, 4), repeat: 'host', repeatDirection: 'v' }],
      expected: [['', 'a 0,0 6×4', 'b 0,4 6×4', 'c 0,8 6×4', 'd 0,12 6×4', 'e 0,16 6×4']],
    },
    {
      name: 'a panel of an unknown variable stands once',
      panels: [{ ...panel('p', 0, 0, 6, 4), repeat: 'nobody' }],
      expected: [['', '- 0,0 6×4']],
    },
    {
      name: 'rows stand once for each value',
      panels: [{ ...row('R', 0), repeat: 'host' }, panel('p', 0, 1)],
      expected: values.map((value) => [`R${value}`, `${value} 0,0 12×8`]),
    },
  ]
  for (const { name, panels, expected } of cases)
    it(name, () => assert.deepEqual(places({ title: 'T', schemaVersion: 39, panels }), expected))
})
