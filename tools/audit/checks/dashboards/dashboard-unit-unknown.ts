import { grafanaUnit, unitOfWord, units } from '@tidegauge/otel/naming'
import { panelModel } from '../../../dashboards/panel-model.ts'
import { unitMeaning } from '../../../dashboards/unit-ids.ts'
import { listAt, textAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-unit-unknown'

/** grafana/dashboard-linter calls it panel-units-rule. */
export const dashboardUnitUnknown: Check = {
  name: check,
  description: 'Panels without a unit, or with one that Grafana does not know.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (!withUnit.has(panel.type) || panel.library !== undefined) continue
        const { mappings, overrides, options } = panelModel(dashboard, panel)
        if (panel.unit === undefined) {
          // Mapped values are words; overrides give units to single fields.
          if (mappings.length > 0 || givesUnits(overrides) || showsText(options)) continue
          const mend = 'Set the unit; "none" or "short" for plain numbers.'
          yield panelFinding(dashboard, panel, { check, level: 'info', reason: 'It has no unit.', mend })
        } else if (unitMeaning(panel.unit) === undefined) {
          const reason = `Grafana has no unit "${panel.unit}" and prints the name after the number.`
          const meant = grafanaIdOf(panel.unit)
          const mend =
            meant === undefined
              ? 'Use a unit id of Grafana, such as s, bytes, percentunit or short; text after the number is suffix:….'
              : `Write ${meant}.`
          yield panelFinding(dashboard, panel, { check, level: 'warning', reason, mend })
        }
      }
    }
  },
}

/** The id of what was meant: of a symbol or a word for a unit, or of what people write in its place. */
function grafanaIdOf(written: string): string | undefined {
  const word = written.toLowerCase()
  const unit = units.has(written) ? written : unitOfWord(word)
  return spelt[word] ?? (unit === undefined ? undefined : grafanaUnit(unit))
}

/** What is written for units of Grafana. */
const spelt: Readonly<Record<string, string>> = {
  us: 'µs',
  sec: 's',
  second: 's',
  byte: 'bytes',
  b: 'bytes',
  kb: 'kbytes',
  mb: 'mbytes',
  gb: 'gbytes',
  'b/s': 'Bps',
  'req/s': 'reqps',
  'ops/s': 'ops',
  number: 'short',
  count: 'short',
}

/** An override can give the unit to the fields that it is for. */
function givesUnits(overrides: readonly unknown[]): boolean {
  return overrides.some((each) =>
    listAt(each, 'properties').some((property) => textAt(property, 'id') === 'unit'),
  )
}

const withUnit = new Set([
  'stat',
  'singlestat',
  'graph',
  'table',
  'timeseries',
  'gauge',
  'bargauge',
  'heatmap',
])

/** A stat can show a label instead of a number. */
function showsText(options: unknown): boolean {
  const fields = (options as { reduceOptions?: { fields?: unknown } } | undefined)?.reduceOptions?.fields
  return typeof fields === 'string' && fields !== ''
}
