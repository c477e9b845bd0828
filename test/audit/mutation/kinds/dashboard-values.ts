import type { PanelJson } from '../dashboard-places.ts'
import type { Kind } from '../mutant.ts'
import { panelKind } from './dashboard-panels.ts'

/** How panels show values: units, thresholds, mappings. */
export const kinds: readonly Kind[] = [
  unit('seconds ↔ milliseconds', { s: 'ms', ms: 's' }),
  unit('seconds → minutes', { s: 'm' }),
  unit('bytes ↔ bits', { bytes: 'bits', decbytes: 'decbits', binBps: 'binbps', Bps: 'bps' }),
  unit('bytes → megabytes', { bytes: 'decmbytes', binBps: 'MBs' }),
  unit('bytes a second ↔ bytes', { bytes: 'binBps', binBps: 'bytes' }),
  unit('binary ↔ decimal bytes', { bytes: 'decbytes', binBps: 'Bps' }),
  unit('share → percent', { percentunit: 'percent' }),
  unit('share → number', { percentunit: 'none' }),
  unit('number → share', { short: 'percentunit', none: 'percentunit' }),
  unit('number → seconds', { short: 's', none: 's' }),
  unit('number → rate', { short: 'ops', none: 'ops' }),
  unit('rate → number', { ops: 'short', reqps: 'short', eps: 'short', cps: 'short', recps: 'short' }),
  unit('rate → a minute', { ops: 'opm', reqps: 'reqpm', eps: 'epm', cps: 'cpm', recps: 'recpm' }),
  unit('rate of something else', { ops: 'reqps', reqps: 'ops', eps: 'reqps', cps: 'reqps', recps: 'reqps' }),
  unit('short ↔ none', { short: 'none', none: 'short' }),
  panelKind(
    'unit misspelt',
    ({ json }) =>
      hasUnit(json) &&
      ((panel) => {
        panel.fieldConfig.defaults.unit = `${panel.fieldConfig.defaults.unit}x`
      }),
  ),
  panelKind(
    'unit removed',
    ({ json }) =>
      hasUnit(json) &&
      ((panel) => {
        delete panel.fieldConfig.defaults.unit
      }),
  ),
  ...[100, 0.01].map((factor) =>
    steps(
      `thresholds × ${factor}`,
      (step) => {
        if (step.value !== null) step.value *= factor
      },
      'thresholds of 0',
      (value) => value !== 0,
    ),
  ),
  ...[0, 1].map((index) =>
    panelKind(`threshold ${index + 1} × 100`, ({ json }) =>
      stepsOf(json)[index + 1]?.value
        ? (panel) => {
            const step = stepsOf(panel)[index + 1]
            if (step?.value) step.value *= 100
          }
        : undefined,
    ),
  ),
  panelKind('thresholds removed', ({ json }) =>
    stepsOf(json).length > 1
      ? (panel) => {
          panel.fieldConfig.defaults.thresholds?.steps.splice(1)
        }
      : undefined,
  ),
  panelKind('a threshold removed', ({ json }) =>
    stepsOf(json).length > 1
      ? (panel) => {
          panel.fieldConfig.defaults.thresholds?.steps.pop()
        }
      : undefined,
  ),
  panelKind('thresholds out of order', ({ json }) =>
    stepsOf(json).length > 2
      ? (panel) => {
          const list = stepsOf(panel)
          list.push(...list.splice(1).reverse())
        }
      : undefined,
  ),
  panelKind('colours of thresholds turned around', ({ json }) =>
    stepsOf(json).length > 1
      ? (panel) => {
          const colors = stepsOf(panel)
            .map(({ color }) => color)
            .reverse()
          for (const [index, step] of stepsOf(panel).entries()) step.color = colors[index] ?? step.color
        }
      : undefined,
  ),
  panelKind('thresholds in percent', ({ json }) =>
    stepsOf(json).length > 1
      ? (panel) => {
          const { thresholds } = panel.fieldConfig.defaults
          if (thresholds) thresholds.mode = 'percentage'
        }
      : undefined,
  ),
  panelKind('mappings removed', ({ json }) =>
    mappings(json).length > 0
      ? (panel) => {
          delete panel.fieldConfig.defaults.mappings
        }
      : undefined,
  ),
  mapping('mapping removed', (options, key) => {
    delete options[key]
  }),
  mapping('mapping of another value', (options, key) => {
    const { [key]: moved } = options
    delete options[key]
    if (moved) options[String(Number(key) + 5)] = moved
  }),
  mapping('mapping without text', (options, key) => {
    if (options[key]) options[key].text = ''
  }),
  mapping('mapping with the text of another', (options, key) => {
    const other = Object.entries(options).find(([each]) => each !== key)?.[1]
    if (options[key]) options[key].text = other?.text ?? ''
  }),
  mapping('mapping with the colour of another', (options, key) => {
    const other = Object.entries(options).find(([each]) => each !== key)?.[1]
    if (options[key]) options[key].color = other?.color ?? ''
  }),
]

function unit(name: string, by: Readonly<Record<string, string>>): Kind {
  return panelKind(`unit: ${name}`, ({ json }) => {
    const bent = by[json.fieldConfig.defaults.unit ?? '']
    return bent === undefined
      ? undefined
      : (panel) => {
          panel.fieldConfig.defaults.unit = bent
        }
  })
}

function hasUnit({ fieldConfig }: PanelJson): true | undefined {
  return fieldConfig.defaults.unit === undefined ? undefined : true
}

function stepsOf({ fieldConfig }: PanelJson) {
  return fieldConfig.defaults.thresholds?.steps ?? []
}

function steps(
  name: string,
  bend: (step: { value: number | null }) => void,
  leftOut: string,
  counts: (value: number) => boolean,
): Kind {
  return panelKind(
    name,
    ({ json }) =>
      stepsOf(json).some(({ value }) => value !== null && counts(value))
        ? (panel) => stepsOf(panel).forEach(bend)
        : undefined,
    leftOut,
  )
}

function mappings({ fieldConfig }: PanelJson) {
  return fieldConfig.defaults.mappings ?? []
}

type Options = ReturnType<typeof mappings>[number]['options']

/** One mutant for each panel and place among its mappings. */
function mapping(name: string, bend: (options: Options, key: string) => void): Kind {
  const kinds = [0, 1, 2].map((index) =>
    panelKind(name, ({ json }) => {
      const key = Object.keys(mappings(json)[0]?.options ?? {})[index]
      return key === undefined ? undefined : (panel) => bend(mappings(panel)[0]?.options ?? {}, key)
    }),
  )
  return {
    name,
    of: 'dashboards',
    *mutants(tree) {
      for (const { mutants } of kinds) yield* mutants(tree)
    },
  }
}
