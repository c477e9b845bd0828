import type { GridPosition } from './dashboard.ts'
import { type Field, field, items, numberOf, textOf } from './fields.ts'

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
