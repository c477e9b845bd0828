import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'

/** What is placed: small panels show one number, large ones a graph. */
export interface Placeable {
  readonly size: 'small' | 'large'
}

/**
 * Places the panels of a row, the small ones above the large ones, from the line `top` on. Every line is filled
 * from edge to edge, so that there are no holes; as many stand in each line as in the next, or one more.
 *
 * @returns the places in the order of the panels, and the first free line.
 */
export function arrange(panels: readonly Placeable[], top: number): { places: GridPos[]; bottom: number } {
  const places = new Map<Placeable, GridPos>()
  let y = top
  for (const size of ['small', 'large'] as const) {
    const { height, most } = sizes[size]
    for (const line of lines(
      panels.filter((panel) => panel.size === size),
      most,
    )) {
      for (const [index, panel] of line.entries()) {
        const x = Math.round((index * gridWidth) / line.length)
        places.set(panel, { x, y, w: Math.round(((index + 1) * gridWidth) / line.length) - x, h: height })
      }
      y += height
    }
  }
  return { places: panels.map((panel) => places.get(panel) as GridPos), bottom: y }
}

export const gridWidth = 24

const sizes = {
  small: { height: 4, most: 6 },
  large: { height: 8, most: 3 },
} as const

function lines<Panel>(panels: readonly Panel[], most: number): Panel[][] {
  const count = Math.ceil(panels.length / most)
  return Array.from({ length: count }, (_, line) =>
    panels.slice(Math.ceil((line * panels.length) / count), Math.ceil(((line + 1) * panels.length) / count)),
  )
}
