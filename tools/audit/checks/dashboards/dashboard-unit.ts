import { isPart } from '@tidegauge/otel/naming'
import type { Dashboard, DashboardPanel, DashboardTarget } from '../../../dashboards/dashboard.ts'
import { panelModel, shownQueries } from '../../../dashboards/panel-model.ts'
import { type UnitMeaning, unitMeaning } from '../../../dashboards/unit-ids.ts'
import { listAt, textAt } from '../../../dashboards/value-at.ts'
import { measureOf } from '../../../metrics/measure.ts'
import { fittingUnit, isNear, nameOfUnit, quantityOf } from '../../../metrics/name-unit.ts'
import { type ResultUnit, resultUnit, sumOf } from '../../../metrics/result-unit.ts'
import type { AuditInputs, Check } from '../../check.ts'
import type { Level } from '../../finding.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { risesOnly, seriesOf } from '../queries/series-kind.ts'
import { selections } from '../queries.ts'
import { queryOf } from './dashboard-queries.ts'

const check = 'dashboard-unit'

/** Works out what each query returns, from the units of its metrics and what functions and operators make of them. */
export const dashboardUnit: Check = {
  name: check,
  description:
    'Panels whose unit does not fit what their queries return: seconds as ms, bytes a second as bytes, ratios as percent.',
  *run(inputs) {
    for (const dashboard of inputs.dashboards) {
      for (const panel of dashboard.panels) {
        const shown = panel.unit === undefined ? undefined : unitMeaning(panel.unit)
        if (shown === undefined || shown.quantity === 'other' || decidesElsewhere(dashboard, panel)) continue
        const queries = shownQueries(panel)
        for (const target of queries) {
          const result = unitOfQuery(inputs, panel, target)
          const level = result && misfit(result, shown)
          if (result === undefined || level === undefined) continue
          if (shown.quantity === 'rate' && isRawCounter(inputs, target)) continue
          const others = queries.filter((other) => other !== target)
          const fits = (other: DashboardTarget) => {
            const unit = unitOfQuery(inputs, panel, other)
            return unit === undefined
              ? undefined
              : unit.constant === undefined && misfit(unit, shown) === undefined
          }
          yield panelFinding(dashboard, panel, {
            check,
            level,
            reason: `Query ${target.refId ?? ''} returns ${nameOfUnit(result)}, but the panel shows ${panel.unit}.`,
            mend: others.some(fits)
              ? `The other queries fit: give this one the unit ${fittingUnit(result)} by an override, or a panel of its own.`
              : `Set the unit to ${fittingUnit(result)}${scaled(result)}${others.some((other) => fits(other) === undefined) ? ', by an override if the other queries measure something else' : ''}.`,
            target,
            subject: 'unit',
          })
          break
        }
      }
    }
  },
}

/** What is wrong there is the missing rate, which another check says. */
function isRawCounter(inputs: AuditInputs, target: DashboardTarget): boolean {
  const query = queryOf(inputs, target)
  return (
    query !== undefined &&
    selections(query.expression).some(
      ({ selector, around }) =>
        risesOnly(seriesOf(inputs.inventory, selector).kind) && !around.some(({ kind }) => kind === 'call'),
    )
  )
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
function unitOfQuery(
  inputs: AuditInputs,
  panel: DashboardPanel,
  target: DashboardTarget,
): ResultUnit | undefined {
  const { inventory } = inputs
  const query = queryOf(inputs, target)
  if (query === undefined) return undefined
  if (panel.type !== 'heatmap')
    return resultUnit(query.expression, (selector) => measureOf(selector, inventory))
  const name = query.selectors.find((selector) => isPart(selector.name?.text ?? '', 'bucket'))?.name
  const selector = query.selectors[0]
  if (name === undefined || selector === undefined) return undefined
  return measureOf({ ...selector, name: { ...name, text: sumOf(name.text) } }, inventory)
}

function misfit(result: ResultUnit, shown: UnitMeaning): Level | undefined {
  const { factor, isDate, constant, isShareOfTime } = result
  if (constant !== undefined) return undefined
  const isPlainNumber = shown.quantity === 'count' || shown.quantity === 'state'
  if (isDate) return shown.quantity === 'date' && isNear(factor, 1e-3) ? undefined : 'warning'
  const quantity = quantityOf(result)
  if (quantity === undefined) return undefined
  // Thirty times a count of samples may be anything, seconds for example.
  if (quantity === 'count') return isPlainNumber || !isNear(factor, 1) ? undefined : 'warning'
  if (quantity === shown.quantity) return isSameSize(result, shown) ? undefined : 'warning'
  // How many processors are busy is a plain number, though it comes from seconds per second.
  if (isPlainNumber && isShareOfTime) return undefined
  // Without a unit numbers are not wrong, but hard to read; of times and sizes nobody can tell what they are.
  return isPlainNumber && (quantity === 'ratio' || quantity === 'rate') ? 'info' : 'warning'
}

/** Who writes MB may mean 1000 or 1024 of the smaller unit. */
function isSameSize({ factor, powers }: ResultUnit, shown: UnitMeaning): boolean {
  if (isNear(factor, shown.factor)) return true
  const power = powers.By === 1 ? Math.log(factor) / Math.log(1000) : 0
  return power >= 1 && isNear(power, Math.round(power)) && isNear(1024 ** Math.round(power), shown.factor)
}

/** When no unit fits, the query has to be scaled as well. */
function scaled(result: ResultUnit): string {
  if (result.isDate) return ''
  const meaning = unitMeaning(fittingUnit(result))
  return meaning === undefined || result.powers.count === 1 || isNear(meaning.factor, result.factor)
    ? ''
    : ', and scale the query to it'
}
