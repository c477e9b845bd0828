import type { Dashboard, DashboardPanel } from '../dashboards/dashboard.ts'
import { listAt, textAt, valueAt } from '../dashboards/value-at.ts'
import type { FilledVariables } from './interpolate.ts'
import { compact, flow } from './place.ts'
import { readRepeat, repeated, scopesOf } from './repeat.ts'
import type { PlacedPanel, Section } from './section.ts'

/** The sections of the classic schema: what stands above the first row, and what stands in or below each row. */
export function classicSections(dashboard: Dashboard, variables: FilledVariables): readonly Section[] {
  const { panels, rows, json, bodyPath } = dashboard
  const top = [...bodyPath, 'panels'].join('/')
  const headings = rows
    .filter(({ gridKey }) => gridKey === top)
    .map((row) => ({ ...row, y: row.grid?.y ?? 0 }))
    .sort((one, other) => one.y - other.y)
  const direct = panels.filter(({ gridKey }) => gridKey === top)
  const between = (from: number, to: number) =>
    direct.filter(({ grid }) => (grid?.y ?? 0) >= from && (grid?.y ?? 0) < to)
  const place = (list: readonly DashboardPanel[], scope: FilledVariables): readonly PlacedPanel[] =>
    compact(
      list.flatMap((panel) => {
        const box = { panel, scope, grid: panel.grid ?? { x: 0, y: 0, w: 12, h: 8 } }
        return repeated(box, readRepeat(valueAt(json, ...panel.path)), new Map([...variables, ...scope]))
      }),
    )
  const first = between(Number.NEGATIVE_INFINITY, headings[0]?.y ?? Number.POSITIVE_INFINITY)
  const beginning: Section = { heading: undefined, depth: 0, hidden: 0, boxes: place(first, new Map()) }
  const rest = headings.flatMap((row, index) => {
    const { title, isCollapsed } = row
    const own = panels.filter(({ path }) => isInside(path, row.path))
    const below = between(row.y, headings[index + 1]?.y ?? Number.POSITIVE_INFINITY)
    return scopesOf(readRepeat(valueAt(json, ...row.path)), variables).map(
      (scope): Section => ({
        heading: { kind: 'row', title, isCollapsed, scope },
        depth: 0,
        hidden: isCollapsed ? own.length : 0,
        boxes: place(isCollapsed ? below : [...own, ...below], scope),
      }),
    )
  })
  return [beginning, ...rest, ...oldRows(dashboard)]
}

/** Dashboards of before version 5 have rows with spans of twelve columns and no positions. */
function oldRows({ json, bodyPath, panels }: Dashboard): readonly Section[] {
  const scope: FilledVariables = new Map()
  return listAt(json, ...bodyPath, 'rows').map((row, index): Section => {
    const own = panels.filter(({ path }) => isInside(path, [...bodyPath, 'rows', index]))
    const title = textAt(row, 'title')
    const isCollapsed = valueAt(row, 'collapse') === true
    const heightPx = Number.parseInt(String(valueAt(row, 'height') ?? 250), 10)
    const h = Math.max(3, Math.round(heightPx / 38) || 7)
    const boxes = flow(
      own.map((panel) => ({ panel, scope })),
      (panel) => ({
        w: 2 * Math.min(12, Math.max(1, Number(valueAt(json, ...panel.path, 'span')) || 12)),
        h,
      }),
    )
    const heading = title === undefined ? undefined : { kind: 'row' as const, title, isCollapsed, scope }
    return { heading, depth: 0, hidden: isCollapsed ? own.length : 0, boxes: isCollapsed ? [] : boxes }
  })
}

function isInside(path: readonly (string | number)[], around: readonly (string | number)[]): boolean {
  return path.length > around.length && around.every((step, index) => path[index] === step)
}
