import type { DashboardPanel } from '../dashboards/dashboard.ts'
import type { PanelModel } from '../dashboards/panel-model.ts'
import type { Theme } from './colors.ts'
import { type FieldConfig, fieldConfig } from './field-config.ts'
import type { Frame, PanelData } from './frames.ts'
import type { Html } from './html.ts'
import type { FilledVariable } from './interpolate.ts'
import { fillDisplayName } from './series-name.ts'

/** All that drawing a panel needs. */
export interface PanelView {
  readonly panel: DashboardPanel
  readonly model: PanelModel
  readonly data: PanelData
  readonly theme: Theme
  readonly variables: ReadonlyMap<string, FilledVariable>
  /** Room for the body, in pixels, at the width of the page that was asked for. */
  readonly size: { readonly width: number; readonly height: number }
}

/** A body, and what could not be drawn as the file says. */
export interface Drawn {
  readonly body: Html
  readonly notes?: readonly string[]
}

/** Draws the body of one type of panel. */
export type DrawPanel = (view: PanelView) => Drawn

/** A series as a panel shows it. */
export interface SeriesField {
  readonly frame: Frame
  readonly name: string
  readonly config: FieldConfig
  /** Its place among the others. */
  readonly index: number
  /** Its values alone, in order of time. */
  readonly values: readonly (number | null)[]
}

/** The series of a panel with their names and settings. */
export function fieldsOf({ data, model }: Pick<PanelView, 'data' | 'model'>): readonly SeriesField[] {
  return data.frames.map((frame, index) => {
    const config = fieldConfig(model, { name: frame.name, refId: frame.refId, type: 'number' })
    const { displayName } = config
    const name = displayName === undefined ? frame.name : fillDisplayName(displayName, frame)
    return { frame, name, config, index, values: valuesOnGrid(frame, data) }
  })
}

/** The values of a series at every step of the range, so that calculations see its gaps as well. */
function valuesOnGrid(
  { points, isInstant, stepMs }: Frame,
  { from, to }: PanelData,
): readonly (number | null)[] {
  if (isInstant) return points.map(([, value]) => value)
  const first = Math.floor(from.getTime() / stepMs) * stepMs
  const length = Math.max(0, Math.floor((to.getTime() - first) / stepMs) + 1)
  const values = new Array<number | null>(length).fill(null)
  for (const [time, value] of points) {
    const index = Math.round((time - first) / stepMs)
    if (index >= 0 && index < length) values[index] = Number.isNaN(value) ? null : value
  }
  return values
}
