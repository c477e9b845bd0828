import type { Dashboard, GridPosition } from './dashboard.ts'

/** Width of Grafana's grid. */
export const gridColumns = 24

/** A panel or the heading of a row, as far as the grid is concerned. */
export interface Box {
  readonly title: string
  readonly grid: GridPosition
  readonly line: number
}

/** The panels and headings of each grid; what has no place in one is left out. */
export function boxesByGrid({
  panels,
  rows,
}: Pick<Dashboard, 'panels' | 'rows'>): readonly (readonly Box[])[] {
  const grids = new Map<string, Box[]>()
  for (const { title, grid, gridKey, line } of [...panels, ...rows]) {
    if (grid === undefined) continue
    const boxes = grids.get(gridKey) ?? []
    grids.set(gridKey, boxes)
    boxes.push({ title, grid, line })
  }
  return [...grids.values()]
}

/** The boxes of a grid by the lines that they stand on, so that the neighbours of one are found without a look at all. */
export class GridLines {
  /** The first line that has one; Infinity where there is none. */
  readonly top: number
  readonly #byTop: ReadonlyMap<number, readonly Box[]>
  readonly #byBottom: ReadonlyMap<number, readonly Box[]>
  /** From the top down. */
  readonly #ordered: readonly Box[]
  /** The line that no box up to this place in the order reaches below. */
  readonly #bottoms: readonly number[]

  constructor(boxes: readonly Box[]) {
    this.#byTop = Map.groupBy(boxes, ({ grid }) => grid.y)
    this.#byBottom = Map.groupBy(boxes, ({ grid }) => grid.y + grid.h)
    this.#ordered = boxes.toSorted((a, b) => a.grid.y - b.grid.y)
    let bottom = Number.NEGATIVE_INFINITY
    this.#bottoms = this.#ordered.map(({ grid }) => {
      bottom = Math.max(bottom, grid.y + grid.h)
      return bottom
    })
    this.top = this.#ordered[0]?.grid.y ?? Number.POSITIVE_INFINITY
  }

  beginningAt(line: number): readonly Box[] {
    return this.#byTop.get(line) ?? []
  }

  /** Those whose last line is the one before. */
  endingAt(line: number): readonly Box[] {
    return this.#byBottom.get(line) ?? []
  }

  /** The others that share a line with a box. */
  beside(box: Box): readonly Box[] {
    const { y, h } = box.grid
    const found: Box[] = []
    for (let at = this.#countAbove(y + h) - 1; at >= 0 && (this.#bottoms[at] ?? y) > y; at--) {
      const other = this.#ordered[at] as Box
      if (other !== box && other.grid.y + other.grid.h > y) found.push(other)
    }
    return found.toReversed()
  }

  /** How many begin above a line. */
  #countAbove(line: number): number {
    let [from, to] = [0, this.#ordered.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#ordered[middle] as Box).grid.y < line) from = middle + 1
      else to = middle
    }
    return from
  }
}
