import type { Dashboard } from '../dashboards/dashboard.ts'
import { type Field, field, isTrue, items, numberOf, textOf } from '../dashboards/fields.ts'
import { gridColumns } from '../dashboards/grid.ts'
import type { FilledVariables } from './interpolate.ts'
import { compact, flow } from './place.ts'
import { readRepeat, repeated, scopesOf } from './repeat.ts'
import type { Heading, PlacedPanel, Section } from './section.ts'

interface Context {
  readonly dashboard: Dashboard
  readonly variables: FilledVariables
}

interface Around {
  readonly depth: number
  readonly scope: FilledVariables
  readonly heading?: Heading
}

/** The sections of a layout of schema v2: its own panels, then those of its rows and tabs. */
export function layoutSections(context: Context, layout: Field, around: Around): readonly Section[] {
  const { depth, scope, heading } = around
  const spec = field(layout, 'spec')
  const direct = items(field(spec, 'items'))
  const isAuto = /^(?:Auto|Responsive)GridLayout$/.test(textOf(field(layout, 'kind')) ?? '')
  const boxes = isAuto ? autoGrid(context, spec, scope) : gridItems(context, direct, scope)
  const sections = [section(heading, boxes, depth)]
  // In the earliest v2 a row is an item among the panels.
  for (const row of direct.filter((item) => textOf(field(item, 'kind')) === 'GridLayoutRow')) {
    const inner = gridItems(context, items(field(row, 'spec', 'elements')), scope)
    sections.push(section(headingOf(row, 'row', scope), inner, depth))
  }
  const groups = [
    ...items(field(spec, 'rows')).map((of) => ({ of, kind: 'row' as const })),
    ...items(field(spec, 'tabs')).map((of) => ({ of, kind: 'tab' as const })),
  ]
  const inner = groups.flatMap(({ of, kind }) =>
    scopesOf(readRepeat(field(of, 'spec').node?.value), context.variables).flatMap((own) => {
      const narrowed = new Map([...scope, ...own])
      const next = { depth: depth + 1, scope: narrowed, heading: headingOf(of, kind, narrowed) }
      return layoutSections(context, field(of, 'spec', 'layout'), next)
    }),
  )
  return [...sections, ...inner]
}

function section(heading: Heading | undefined, boxes: readonly PlacedPanel[], depth: number): Section {
  const isCollapsed = heading?.isCollapsed === true
  return { heading, depth, hidden: isCollapsed ? boxes.length : 0, boxes: isCollapsed ? [] : boxes }
}

function headingOf(of: Field, kind: Heading['kind'], scope: FilledVariables): Heading {
  const spec = field(of, 'spec')
  const isCollapsed = isTrue(field(spec, 'collapse')) || isTrue(field(spec, 'collapsed'))
  return { kind, title: textOf(field(spec, 'title')) ?? '', isCollapsed, scope }
}

function panelOf({ dashboard }: Context, item: Field) {
  const name = textOf(field(item, 'spec', 'element', 'name'))
  return dashboard.panels.find(({ element }) => element === name)
}

function gridItems(context: Context, list: readonly Field[], scope: FilledVariables): readonly PlacedPanel[] {
  const boxes = list.flatMap((item) => {
    const panel = panelOf(context, item)
    if (panel === undefined) return []
    const number = (key: string, otherwise: number) => numberOf(field(item, 'spec', key)) ?? otherwise
    const grid = { x: number('x', 0), y: number('y', 0), w: number('width', 12), h: number('height', 8) }
    const repeat = readRepeat(field(item, 'spec').node?.value)
    return repeated({ panel, grid, scope }, repeat, new Map([...context.variables, ...scope]))
  })
  return compact(boxes)
}

/** Grafana chooses the columns by width; three is what it takes at most unless the file says more. */
function autoGrid(context: Context, spec: Field, scope: FilledVariables): readonly PlacedPanel[] {
  const panels = items(field(spec, 'items')).flatMap((item) => {
    const panel = panelOf(context, item)
    const scopes = scopesOf(readRepeat(field(item, 'spec').node?.value), context.variables)
    return panel === undefined
      ? []
      : scopes.map((own) => ({ panel, scope: new Map([...scope, ...own]) as FilledVariables }))
  })
  const columns = Math.min(12, Math.max(1, numberOf(field(spec, 'maxColumnCount')) ?? 3))
  const mode = textOf(field(spec, 'rowHeightMode')) ?? 'standard'
  const heights: Readonly<Record<string, number>> = { short: 168, standard: 320, tall: 512 }
  const heightPx = numberOf(field(spec, 'rowHeight')) ?? heights[mode] ?? 320
  const w = Math.max(2, Math.floor(gridColumns / columns))
  return flow(panels, () => ({ w, h: Math.max(3, Math.round(heightPx / 38)) }))
}
