import { gridColumns } from '../dashboards/grid.ts'
import { textAt, valueAt } from '../dashboards/value-at.ts'
import { numberAt } from './field-config.ts'
import type { FilledVariables } from './interpolate.ts'
import type { PlacedPanel } from './section.ts'

/** A panel or a row that stands once for each value of a variable. */
export interface Repeat {
  readonly variable: string
  readonly isVertical: boolean
  readonly maxPerRow: number
}

/** What a panel or row of the file says about repeating; undefined when it stands once. */
export function readRepeat(model: unknown): Repeat | undefined {
  const nested = valueAt(model, 'repeat')
  const variable = typeof nested === 'string' ? nested : textAt(nested, 'value')
  if (variable === undefined || variable === '') return undefined
  const direction = textAt(nested, 'direction') ?? textAt(model, 'repeatDirection') ?? 'h'
  return {
    variable,
    isVertical: direction === 'v',
    maxPerRow: numberAt(nested, 'maxPerRow') ?? numberAt(model, 'maxPerRow') ?? 4,
  }
}

/** The variable narrowed to each of its values in turn; one empty scope when there is nothing to repeat for. */
export function scopesOf(repeat: Repeat | undefined, variables: FilledVariables): readonly FilledVariables[] {
  const variable = repeat && variables.get(repeat.variable)
  if (variable === undefined || variable.values.length === 0) return [new Map()]
  return variable.values.map(
    (value) => new Map([[variable.name, { ...variable, values: [value], text: value }]]),
  )
}

/** Puts the copies of a panel side by side, or one below the other, from where it stands. */
export function repeated(
  box: PlacedPanel,
  repeat: Repeat | undefined,
  variables: FilledVariables,
): readonly PlacedPanel[] {
  if (repeat === undefined || !variables.has(repeat.variable)) return [box]
  const scopes = scopesOf(repeat, variables)
  const { grid } = box
  const perRow = repeat.isVertical ? 1 : Math.max(1, Math.min(scopes.length, repeat.maxPerRow))
  const w = repeat.isVertical ? grid.w : Math.floor(gridColumns / perRow)
  return scopes.map((scope, index) => ({
    ...box,
    scope: new Map([...box.scope, ...scope]),
    grid: {
      x: repeat.isVertical ? grid.x : (index % perRow) * w,
      // Less than a row apart: what stands below moves down by itself.
      y: grid.y + Math.floor(index / perRow) / 1000,
      w,
      h: grid.h,
    },
  }))
}
