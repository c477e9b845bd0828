import type { GridPosition } from '../dashboards/dashboard.ts'
import { gridColumns } from '../dashboards/grid.ts'

export interface FreePlaceOptions {
  /** What stands in the grid already. */
  readonly taken: readonly GridPosition[]
  /** The part of the grid that may be used; `to` is infinite when nothing follows. */
  readonly from: number
  readonly to: number
  readonly size: { readonly w: number; readonly h: number }
  /** Narrower than this it is not made to fit in. */
  readonly leastWidth: number
  /** Places at this height are preferred. */
  readonly near: number
}

/**
 * Finds a place that covers nothing: at the end of a line of panels that ends before the last column,
 * the one nearest to `near`, otherwise below all of them. Undefined when neither is there.
 */
export function freePlace({
  taken,
  from,
  to,
  size,
  leastWidth,
  near,
}: FreePlaceOptions): GridPosition | undefined {
  const inside = taken.filter(({ y }) => y >= from && y < to)
  const covers = (place: GridPosition) => taken.some((other) => overlaps(place, other))
  const besides = inside
    .map(({ x, y, w, h }) => ({ x: x + w, y, w: filling(size.w, gridColumns - x - w), h }))
    .filter((place) => place.w >= Math.min(leastWidth, size.w) && place.y + place.h <= to && !covers(place))
    // What hangs in the air is moved up by Grafana.
    .filter((place) => place.y === from || restsOn(place, taken))
    .sort((a, b) => Math.abs(a.y - near) - Math.abs(b.y - near) || a.y - b.y || a.x - b.x)
  if (besides[0] !== undefined) return besides[0]
  if (to !== Number.POSITIVE_INFINITY) return undefined
  const bottomAt = (x: number) =>
    Math.max(
      from,
      ...taken
        .filter((other) => other.x < x + size.w && x < other.x + other.w)
        .map((each) => each.y + each.h),
    )
  const columns = [0, ...taken.map(({ x, w }) => x + w)].filter((x) => x + size.w <= gridColumns)
  const [x = 0] = [...new Set(columns)].sort((a, b) => bottomAt(a) - bottomAt(b) || a - b)
  const place = { x, y: bottomAt(x), ...size }
  const wider = { ...place, w: filling(size.w, gridColumns - x) }
  return covers(wider) ? place : wider
}

/** As wide as wanted, or as there is space; a rest too narrow for another panel is taken as well. */
function filling(wanted: number, space: number): number {
  return space - wanted < leastPanel ? space : wanted
}

const leastPanel = 4

function restsOn(place: GridPosition, taken: readonly GridPosition[]): boolean {
  return taken.some(({ x, y, w, h }) => y + h === place.y && x < place.x + place.w && place.x < x + w)
}

function overlaps(a: GridPosition, b: GridPosition): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}
