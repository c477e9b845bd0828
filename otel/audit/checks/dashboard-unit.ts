import type { Dashboard, DashboardPanel, DashboardTarget } from '../../dashboards/dashboard.ts'
import { panelModel, shownQueries } from '../../dashboards/panel-model.ts'
import { type ResultUnit, resultUnit } from '../../dashboards/result-unit.ts'
import { type UnitMeaning, unitMeaning } from '../../dashboards/unit-ids.ts'
import { listAt, textAt } from '../../dashboards/value-at.ts'
import type { Level } from '../finding.ts'
import { measureOf } from '../metric-measure.ts'
import type { Check, Planes } from '../planes.ts'
import { panelFinding } from './dashboard-finding.ts'
import { queryOf } from './dashboard-queries.ts'

const check = 'dashboard-unit'

/** Works out what each query returns, from the units of its metrics and what functions and operators make of them. */
export const dashboardUnit: Check = {
  name: check,
  description:
    'Panels whose unit is not that of what their queries return: seconds as ms, bytes a second as bytes, ratios as percent.',
  *run(planes) {
    for (const dashboard of planes.dashboards) {
      for (const panel of dashboard.panels) {
        const shown = panel.unit === undefined ? undefined : unitMeaning(panel.unit)
        if (shown === undefined || shown.quantity === 'other' || decidesElsewhere(dashboard, panel)) continue
        for (const target of shownQueries(panel)) {
          const result = unitOfQuery(planes, panel, target)
          const level = result && misfit(result, shown)
          if (result === undefined || level === undefined) continue
          yield panelFinding(dashboard, panel, {
            check,
            level,
            reason: `Query ${target.refId ?? ''} returns ${describe(result)}, but the panel shows ${panel.unit}.`,
            mend: `Set the unit to ${fitting(result)}${scaled(result)}.`,
            target,
            subject: 'unit',
          })
          break
        }
      }
    }
  },
}

/** Overrides give single series units of their own, and transformations make other numbers. */
function decidesElsewhere(dashboard: Dashboard, panel: DashboardPanel): boolean {
  const { overrides, transformations } = panelModel(dashboard, panel)
  return (
    overrides.some((each) =>
      listAt(each, 'properties').some((property) => textAt(property, 'id') === 'unit'),
    ) ||
    transformations.some((each) =>
      /calculateField|reduce|groupBy|histogram|regression/.test(
        textAt(each, 'id') ?? textAt(each, 'kind') ?? '',
      ),
    )
  )
}

/** Of a heatmap the unit is that of the axis, which is what the buckets bound. */
function unitOfQuery(planes: Planes, panel: DashboardPanel, target: DashboardTarget): ResultUnit | undefined {
  const { inventory } = planes
  const query = queryOf(planes, target)
  if (query === undefined) return undefined
  if (panel.type !== 'heatmap')
    return resultUnit(query.expression, (selector) => measureOf(selector, inventory))
  const name = query.selectors.find((selector) => selector.name?.text.endsWith('_bucket'))?.name
  const selector = query.selectors[0]
  if (name === undefined || selector === undefined) return undefined
  return measureOf({ ...selector, name: { ...name, text: name.text.replace(/_bucket$/, '_sum') } }, inventory)
}

function misfit({ powers, factor, isDate, constant }: ResultUnit, shown: UnitMeaning): Level | undefined {
  if (constant !== undefined) return undefined
  const { s, By, count } = powers
  const isPlainNumber = shown.quantity === 'count' || shown.quantity === 'state'
  if (isDate) return shown.quantity === 'date' && isNear(factor, 1e-3) ? undefined : 'warning'
  const kind =
    By === 1 && s === 0
      ? 'data'
      : By === 1 && s === -1
        ? 'data rate'
        : By === 0 && s === 1
          ? 'time'
          : By === 0 && s === 0
            ? count === 1
              ? 'count'
              : count === 0
                ? 'ratio'
                : undefined
            : By === 0 && s === -1
              ? count === 1
                ? 'rate'
                : undefined
              : undefined
  if (kind === undefined) return undefined
  if (kind === 'count') return isPlainNumber ? undefined : 'warning'
  if (kind === shown.quantity) return isNear(factor, shown.factor) ? undefined : 'warning'
  // Without a unit numbers are not wrong, but hard to read; of times and sizes nobody can tell what they are.
  return isPlainNumber && (kind === 'ratio' || kind === 'rate') ? 'info' : 'warning'
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.abs(b)
}

function describe({ powers: { s, By, count }, factor, isDate }: ResultUnit): string {
  if (isDate) return 'moments as seconds since 1970'
  const size = (name: string) =>
    isNear(factor, 1) ? name : `${name} times ${Number((1 / factor).toPrecision(6))}`
  if (By === 1) return size(s === -1 ? 'bytes per second' : 'bytes')
  if (s === 1) return size('seconds')
  if (s === -1) return size(count === 1 ? 'a number per second' : 'a share per second')
  return count === 1 ? 'numbers of something' : size('a ratio from 0 to 1')
}

function fitting({ powers: { s, By, count }, factor, isDate }: ResultUnit): string {
  if (isDate) return 's after subtracting it from time()'
  const bySize = (names: readonly (readonly [string, number])[]) =>
    names.find(([, size]) => isNear(factor, size))?.[0] ?? names[0]?.[0] ?? 'short'
  if (By === 1) {
    return s === -1
      ? bySize([
          ['Bps', 1],
          ['bps', 1 / 8],
          ['KiBs', 1024],
          ['MiBs', 2 ** 20],
        ])
      : bySize([
          ['bytes', 1],
          ['bits', 1 / 8],
          ['kbytes', 1024],
          ['mbytes', 2 ** 20],
          ['gbytes', 2 ** 30],
        ])
  }
  if (s === 1)
    return bySize([
      ['s', 1],
      ['ms', 1e-3],
      ['µs', 1e-6],
      ['ns', 1e-9],
      ['m', 60],
      ['h', 3600],
      ['d', 86_400],
    ])
  if (s === -1)
    return bySize([
      ['cps', 1],
      ['cpm', 1 / 60],
    ])
  return count === 1
    ? 'short'
    : bySize([
        ['percentunit', 1],
        ['percent', 0.01],
      ])
}

/** When no unit fits, the query has to be scaled as well. */
function scaled(result: ResultUnit): string {
  if (result.isDate) return ''
  const meaning = unitMeaning(fitting(result))
  return meaning === undefined || result.powers.count === 1 || isNear(meaning.factor, result.factor)
    ? ''
    : ', and scale the query to it'
}
