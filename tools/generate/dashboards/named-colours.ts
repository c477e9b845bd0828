import { type DynamicConfigValue, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard'
import type { MetricDefinition } from '@tidegauge/otel/catalog'

/** A colour for the series whose names fit a pattern, as Grafana writes patterns. */
export interface NamedColour {
  readonly pattern: string
  readonly properties: DynamicConfigValue[]
}

/**
 * The colours of series whose attribute says how good they are, so that red means the same on every panel. Series
 * that are not named here take the colours of Grafana's palette, in their order.
 */
export function namedColours(metrics: readonly MetricDefinition[]): NamedColour[] {
  const values = metrics.flatMap(({ attributes = {} }) =>
    Object.entries(attributes).flatMap(([key, known]) => ('limit' in known ? (examples[key] ?? []) : known)),
  )
  return colours
    .map(({ names, colour }) => ({ pattern: `(^| )(${names})$`, colour }))
    .filter(({ pattern }) => values.some((value) => new RegExp(pattern).test(value)))
    .map(({ pattern, colour }) => ({
      pattern: `/${pattern}/`,
      properties: [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: colour } }],
    }))
}

const colours = [
  { names: '2\\d\\d|success|synced', colour: 'green' },
  { names: '3\\d\\d', colour: 'blue' },
  { names: '4\\d\\d|partial|retry|pending|syncing', colour: 'yellow' },
  { names: 'timeout|expected', colour: 'orange' },
  { names: '5\\d\\d|error|failure|unexpected|desync', colour: 'red' },
] as const

/** Values of open attributes that are known all the same. */
const examples: Readonly<Record<string, readonly string[]>> = { status: ['200', '304', '404', '500'] }
