import { between, cssColor, paletteColor, type Theme } from './colors.ts'
import type { FieldConfig } from './field-config.ts'
import type { Formatted } from './formatter.ts'
import { mapped } from './mappings.ts'
import { thresholdColor } from './thresholds.ts'
import { formatterOf } from './units.ts'

/** A value as a panel shows it. */
export interface Display extends Formatted {
  readonly color: string
  /** Prefix, text and suffix together. */
  readonly whole: string
}

export interface DisplayOptions {
  readonly config: FieldConfig
  readonly theme: Theme
  /** Place of the series among the others, which chooses its colour from the palette. */
  readonly index: number
  readonly min?: number
  readonly max?: number
}

/** What a panel shows for a value, and in which colour: mappings first, then unit and thresholds. */
export function display(value: number | null, options: DisplayOptions): Display {
  const { config, theme } = options
  const found = mapped(config.mappings, value)
  const color = found?.color === undefined ? valueColor(value, options) : cssColor(found.color, theme)
  if (found?.text !== undefined) return shown({ prefix: '', text: found.text, suffix: '' }, color)
  if (value === null) return shown({ prefix: '', text: config.noValue ?? 'No data', suffix: '' }, color)
  return shown(formatterOf(config.unit)(value, config.decimals), color)
}

/** The colour of a value: by thresholds where the panel says so, otherwise that of its series. */
export function valueColor(value: number | null, options: DisplayOptions): string {
  const { config, theme, min = config.min, max = config.max } = options
  const stops = Object.hasOwn(gradients, config.color.mode) ? gradients[config.color.mode] : undefined
  if (stops !== undefined) {
    const low = min ?? 0
    const high = max ?? 100
    const colors = stops.map((name) => cssColor(name, theme))
    return between(colors, ((value ?? low) - low) / (high - low || 1))
  }
  if (config.color.mode !== 'thresholds') return seriesColor(options)
  return cssColor(thresholdColor(config.thresholds, value ?? Number.NEGATIVE_INFINITY, min, max), theme)
}

/** The colour of a series as a whole. `last` is its last value, which counts when thresholds give the colour. */
export function seriesColor({ config, theme, index }: DisplayOptions, last: number | null = null): string {
  switch (config.color.mode) {
    case 'fixed':
    case 'shades':
      return cssColor(config.color.fixed ?? 'green', theme)
    case 'thresholds':
      return cssColor(
        thresholdColor(config.thresholds, last ?? Number.NEGATIVE_INFINITY, config.min, config.max),
        theme,
      )
    default:
      return paletteColor(index, theme)
  }
}

/** Colours that a value runs through from its least to its greatest. */
const gradients: Readonly<Record<string, readonly string[]>> = {
  'continuous-GrYlRd': ['green', 'yellow', 'red'],
  'continuous-RdYlGr': ['red', 'yellow', 'green'],
  'continuous-BlYlRd': ['dark-blue', 'super-light-yellow', 'dark-red'],
  'continuous-YlRd': ['super-light-yellow', 'dark-red'],
  'continuous-BlPu': ['blue', 'purple'],
  'continuous-YlBl': ['super-light-yellow', 'dark-blue'],
  'continuous-blues': ['super-light-blue', 'dark-blue'],
  'continuous-reds': ['super-light-red', 'dark-red'],
  'continuous-greens': ['super-light-green', 'dark-green'],
  'continuous-purples': ['super-light-purple', 'dark-purple'],
}

function shown(formatted: Formatted, color: string): Display {
  const { prefix, text, suffix } = formatted
  return { prefix, text, suffix, color, whole: `${prefix}${text}${suffix}` }
}
