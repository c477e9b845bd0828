import type { DashboardPanel } from '../../../dashboards/dashboard.ts'
import { panelModel } from '../../../dashboards/panel-model.ts'
import { showsThresholds } from '../../../dashboards/shows-thresholds.ts'
import { textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-thresholds'

export const dashboardThresholds: Check = {
  name: check,
  description:
    'Thresholds out of order, without a base or a colour, or beyond what the unit or the axis can show.',
  *run({ dashboards }) {
    for (const dashboard of dashboards) {
      for (const panel of dashboard.panels) {
        if (panel.thresholds.length === 0) continue
        const { defaults } = panelModel(dashboard, panel)
        const isSeen = !isLeftAsNew(panel) || showsThresholds(dashboard, panel)
        const reason = disorder(panel) ?? (isSeen ? outOfRange(panel, defaults) : undefined)
        if (reason === undefined) continue
        const mend = 'Begin with a step without value, then go upwards, within what the panel can show.'
        yield panelFinding(dashboard, panel, { check, level: 'warning', reason, mend })
      }
    }
  },
}

/** Grafana gives new panels red from 80 on, whatever their unit. */
function isLeftAsNew({ thresholds }: DashboardPanel): boolean {
  return thresholds.length === 2 && thresholds[1]?.value === 80 && thresholds[1].color === 'red'
}

function disorder({ thresholds }: DashboardPanel): string | undefined {
  const [base, ...steps] = thresholds
  if (steps.some(({ value }) => value === null)) return 'A threshold after the first one has no value.'
  const values = steps.map(({ value }) => value ?? 0)
  if (values.some((value, index) => index > 0 && value <= (values[index - 1] ?? 0))) {
    return `The thresholds do not ascend: ${values.join(', ')}.`
  }
  // Grafana wrote 0 as the base in its early days.
  if (base?.value !== null && base?.value !== 0)
    return `The first threshold is ${base?.value}; nothing colours what is below.`
  if (thresholds.some(({ color }) => !isColor(color))) return 'A threshold has no colour that Grafana knows.'
  return undefined
}

function outOfRange({ thresholds, unit }: DashboardPanel, defaults: unknown): string | undefined {
  if (textAt(defaults, 'thresholds', 'mode') === 'percentage') {
    const wrong = thresholds.find(({ value }) => value !== null && (value < 0 || value > 100))
    if (wrong) return `The threshold ${wrong.value} is not a percentage.`
    const isBounded = [valueAt(defaults, 'min'), valueAt(defaults, 'max')].every(Number.isFinite)
    const isShare = unit === 'percent' || unit === 'percentunit'
    return isBounded || isShare || thresholds.length < 2
      ? undefined
      : 'The thresholds are percentages, but of what? Without min and max, of whatever range the data has.'
  }
  const max = valueAt(defaults, 'max') ?? (unit === 'percentunit' ? 1 : unit === 'percent' ? 100 : undefined)
  const min = valueAt(defaults, 'min') ?? (unit === 'percentunit' || unit === 'percent' ? 0 : undefined)
  const values = thresholds.map(({ value }) => value).filter((value) => value !== null)
  // A little more than the most colours what goes beyond it.
  const above = typeof max === 'number' && values.find((value) => value > max * 1.01)
  if (typeof above === 'number') return `The threshold ${above} is above ${max}, the most the panel shows.`
  const below = typeof min === 'number' && values.find((value) => value < min)
  if (typeof below === 'number') return `The threshold ${below} is below ${min}, the least the panel shows.`
  return undefined
}

function isColor(color: string): boolean {
  return (
    /^(#[0-9a-f]{3,8}|rgba?\(.*\)|transparent|text|white|black|gray|grey)$/i.test(color) ||
    /^(super-light-|light-|semi-dark-|dark-)?(red|orange|yellow|green|blue|purple)$/.test(color)
  )
}
