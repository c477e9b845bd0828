import { panelModel } from '../../../dashboards/panel-model.ts'
import { listAt, textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-mappings'

export const dashboardMappings: Check = {
  name: check,
  description: 'Value mappings that map nothing, the same value twice, or a value to no text and no colour.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        const seen = new Set<string>()
        for (const mapping of panelModel(dashboard, panel).mappings) {
          const reason = faultOf(mapping, seen)
          if (reason === undefined) continue
          const mend = 'Map each value once, to a text.'
          yield panelFinding(dashboard, panel, { check, level: 'warning', reason, mend })
        }
      }
    }
  },
}

const types = new Set(['value', 'range', 'regex', 'special'])

function faultOf(mapping: unknown, seen: Set<string>): string | undefined {
  const type = textAt(mapping, 'type')
  // The oldest mappings have a number for a type, or none; Grafana migrates them.
  if (type === undefined) return undefined
  if (!types.has(type)) return `There is no value mapping of type ${type}.`
  const options = valueAt(mapping, 'options')
  if (type !== 'value')
    return isShown(valueAt(options, 'result')) ? undefined : `A mapping by ${type} has no result.`
  const results = typeof options === 'object' && options !== null ? Object.entries(options) : []
  if (results.length === 0) return 'A value mapping maps nothing.'
  for (const [value, result] of results) {
    if (seen.has(value)) return `The value ${value} is mapped twice.`
    seen.add(value)
    if (valueAt(result, 'text') === '')
      return `The value ${value} is mapped to an empty text, which shows nothing.`
    if (!isShown(result)) return `The value ${value} is mapped to no text and no colour.`
  }
  const texts = results.map(([, result]) => textAt(result, 'text'))
  if (texts.length > 1 && texts[0] !== undefined && texts.every((text) => text === texts[0]))
    return `All values are mapped to ${JSON.stringify(texts[0])}.`
  return listAt(options).length > 0 ? 'The options of a value mapping are a list.' : undefined
}

function isShown(result: unknown): boolean {
  return ['text', 'color', 'icon'].some((key) => textAt(result, key) !== undefined)
}
