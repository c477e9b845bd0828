import { textAt, valueAt } from '../../dashboards/value-at.ts'
import type { ChartAxis, ChartThresholds } from '../chart-spec.ts'
import { cssColor } from '../colors.ts'
import { numberAt } from '../field-config.ts'
import type { PanelView, SeriesField } from '../panel-view.ts'
import { isBinary } from '../units.ts'

/** Series that share a unit share a scale. */
export function scaleOf({ config }: SeriesField): string {
  return `y:${config.unit ?? ''}`
}

function sideOf({ config }: SeriesField, order: number): ChartAxis['side'] {
  const placement = textAt(config.custom, 'axisPlacement')
  if (placement === 'left' || placement === 'right' || placement === 'hidden') return placement
  return order === 0 ? 'left' : 'right'
}

export function axesOf(fields: readonly SeriesField[]): readonly ChartAxis[] {
  const scales = Map.groupBy(fields, scaleOf)
  return [...scales].map(([scale, members], order): ChartAxis => {
    const number = (...path: string[]) =>
      members.map(({ config }) => numberAt(config.custom, ...path)).find((value) => value !== undefined)
    const first = members[0] as SeriesField
    const isPercent = textAt(first.config.custom, 'stacking', 'mode') === 'percent'
    const isLog = textAt(first.config.custom, 'scaleDistribution', 'type') === 'log'
    const unit = isPercent ? 'percentunit' : first.config.unit
    return {
      scale,
      side: sideOf(first, order),
      unit,
      isBinary: isBinary(unit),
      decimals: first.config.decimals,
      label: members
        .map(({ config }) => textAt(config.custom, 'axisLabel'))
        .find((label) => label !== undefined),
      log: isLog ? (number('scaleDistribution', 'log') === 2 ? 2 : 10) : undefined,
      min: lowest(members.map(({ config }) => config.min)),
      max: isPercent ? 1 : highest(members.map(({ config }) => config.max)),
      softMin: number('axisSoftMin'),
      softMax: number('axisSoftMax'),
      isCentered: valueAt(first.config.custom, 'axisCenteredZero') === true,
    }
  })
}

export function thresholdsOf(
  fields: readonly SeriesField[],
  { theme }: PanelView,
): readonly ChartThresholds[] {
  return [...Map.groupBy(fields, scaleOf)].flatMap(([scale, [field]]): ChartThresholds[] => {
    const style = textAt(field?.config.custom, 'thresholdsStyle', 'mode') ?? 'off'
    if (field === undefined || style === 'off' || style === 'series') return []
    const { mode, steps } = field.config.thresholds
    const { min = 0, max = 100 } = field.config
    return [
      {
        scale,
        line: style.startsWith('dashed') ? 'dashed' : style.startsWith('line') ? 'solid' : 'none',
        area: style.endsWith('area'),
        steps: steps.map(({ value, color }) => ({
          value: Number.isFinite(value)
            ? mode === 'percentage'
              ? min + ((max - min) * value) / 100
              : value
            : null,
          color: cssColor(color, theme),
        })),
      },
    ]
  })
}

function lowest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
