import type { DashboardRow, GridPosition } from './dashboard.ts'
import { type Field, field, isTrue, items, numberOf, textOf } from './fields.ts'

/** Where the layout of schema v2 puts an element. */
export interface ElementPlace {
  readonly element: string
  /** Titles of the rows and tabs around it, outermost first. */
  readonly within: readonly string[]
  /** Undefined in layouts that find the place themselves. */
  readonly grid: GridPosition | undefined
  /** Path of the list of items that it shares with its neighbours. */
  readonly gridKey: string
  /** The item that refers to the element. */
  readonly item: Field
}

/** Every reference to an element, in the order of the layout. */
export function placesOf(layout: Field, within: readonly string[] = []): readonly ElementPlace[] {
  const spec = field(layout, 'spec')
  return [
    ...items(field(spec, 'items')).flatMap((of) => placesOfItem(of, within, field(spec, 'items'))),
    ...[...items(field(spec, 'rows')), ...items(field(spec, 'tabs'))].flatMap((of) => {
      const title = textOf(field(of, 'spec', 'title')) ?? ''
      return placesOf(field(of, 'spec', 'layout'), [...within, title])
    }),
  ]
}

/** The rows of the layout, those in tabs and rows included. */
export function rowsOf(layout: Field, lineAt: (of: Field) => number): readonly DashboardRow[] {
  const spec = field(layout, 'spec')
  const row = (of: Field, list: Field): DashboardRow => ({
    title: textOf(field(of, 'spec', 'title')) ?? '',
    id: undefined,
    isCollapsed: isTrue(field(of, 'spec', 'collapse')) || isTrue(field(of, 'spec', 'collapsed')),
    grid: undefined,
    gridKey: list.path.join('/'),
    path: of.path,
    line: lineAt(of),
  })
  const list = field(spec, 'rows')
  const inItems = field(spec, 'items')
  return [
    ...items(inItems)
      .filter((of) => textOf(field(of, 'kind')) === 'GridLayoutRow')
      .map((of) => row(of, inItems)),
    ...items(list).map((of) => row(of, list)),
    ...[...items(list), ...items(field(spec, 'tabs'))].flatMap((of) =>
      rowsOf(field(of, 'spec', 'layout'), lineAt),
    ),
  ]
}

/** An item is a reference to an element or, in the earliest v2, a row with items of its own. */
function placesOfItem(of: Field, within: readonly string[], list: Field): readonly ElementPlace[] {
  const inRow = field(of, 'spec', 'elements')
  if (inRow.node?.items !== undefined) {
    const title = textOf(field(of, 'spec', 'title')) ?? ''
    return items(inRow).flatMap((each) => placesOfItem(each, [...within, title], inRow))
  }
  const element = textOf(field(of, 'spec', 'element', 'name'))
  if (element === undefined) return []
  return [{ element, within, grid: readGrid(field(of, 'spec')), gridKey: list.path.join('/'), item: of }]
}

function readGrid(of: Field): GridPosition | undefined {
  const [x, y, w, h] = ['x', 'y', 'width', 'height'].map((key) => numberOf(field(of, key)))
  if (x === undefined || y === undefined || w === undefined || h === undefined) return undefined
  return { x, y, w, h }
}
