import type { Dashboard, DashboardTarget } from '../../../dashboards/dashboard.ts'
import { valueAt } from '../../../dashboards/value-at.ts'
import type { ExpectedDashboard } from '../../expected-dashboards.ts'
import type { PanelFault } from './catalog-faults.ts'
import type { PanelPair } from './catalog-panels.ts'
import { meaning, queryFault } from './catalog-query.ts'
import { plain } from './catalog-words.ts'

/** How the queries of a panel are otherwise than the catalog says; the order of queries means nothing. */
export function targetFaults(panels: PanelPair, dashboards: ExpectedDashboard): readonly PanelFault[] {
  const { pairs, missing, added } = targetPairs(panels)
  return [
    ...pairs.flatMap(([is, shouldBe]) => faultsOf(is, shouldBe, dashboards)),
    ...missing.map(({ refId = '', expr = '' }) => ({
      about: `query ${refId}`,
      reason: `It lacks the query \`${plain(expr)}\` of the catalog.`,
    })),
    ...added.map((target) => ({
      about: `query ${target.refId ?? ''}`,
      reason: `It asks \`${plain(target.expr ?? '')}\` too, which the catalog does not.`,
      target,
    })),
  ]
}

interface TargetPairs {
  readonly pairs: readonly (readonly [DashboardTarget, DashboardTarget])[]
  readonly missing: readonly DashboardTarget[]
  readonly added: readonly DashboardTarget[]
}

/** Those that ask the same, then those of one letter, then what is left in the order of the panel. */
function targetPairs({ is, shouldBe }: PanelPair): TargetPairs {
  const free = new Set(is.targets)
  const found = new Map<DashboardTarget, DashboardTarget>()
  const isSame = [
    (one: DashboardTarget, other: DashboardTarget) => asksTheSame(one, other) && one.legend === other.legend,
    asksTheSame,
    (one: DashboardTarget, other: DashboardTarget) => one.refId === other.refId,
    () => true,
  ]
  for (const isLike of isSame) {
    for (const wanted of shouldBe.targets) {
      if (found.has(wanted)) continue
      const target = [...free].find((one) => isLike(one, wanted))
      if (target === undefined) continue
      found.set(wanted, target)
      free.delete(target)
    }
  }
  return {
    pairs: [...found].map(([wanted, target]) => [target, wanted]),
    missing: shouldBe.targets.filter((target) => !found.has(target)),
    added: [...free],
  }
}

function asksTheSame(one: DashboardTarget, other: DashboardTarget): boolean {
  if (one.expr === undefined || other.expr === undefined) return false
  return (meaning(one.expr, 'grafana') ?? one.expr) === meaning(other.expr, 'grafana')
}

function faultsOf(
  is: DashboardTarget,
  shouldBe: DashboardTarget,
  dashboards: ExpectedDashboard,
): readonly PanelFault[] {
  const name = is.refId ?? shouldBe.refId ?? ''
  const faults: PanelFault[] = []
  const fault = (about: string, reason: string) => faults.push({ about: `${about} ${name}`, reason })

  const asked =
    is.expr === undefined ? undefined : queryFault(is.expr, shouldBe.expr ?? '', { variables: 'grafana' })
  if (is.expr === undefined) fault('query', `Query ${name} asks nothing, the catalog \`${shouldBe.expr}\`.`)
  if (asked)
    faults.push({
      about: `query ${name}`,
      reason: `Query ${name}: it ${asked.reason.slice(3)}`,
      ...(asked.isBound && { setting: 'thresholds' }),
    })
  if (is.isHidden && !shouldBe.isHidden) fault('hidden', `Query ${name} is hidden; the catalog shows it.`)
  const [asks, should] = [timeOf(dashboards.is, is), timeOf(dashboards.shouldBe, shouldBe)]
  if (asks !== should) fault('kind', `Query ${name} asks for ${asks}, the catalog for ${should}.`)
  if ((is.legend ?? '') !== (shouldBe.legend ?? ''))
    fault(
      'legend',
      `The legend of query ${name} is "${is.legend ?? ''}", the catalog says "${shouldBe.legend ?? ''}".`,
    )
  const [format, wanted] = [formatOf(dashboards.is, is), formatOf(dashboards.shouldBe, shouldBe)]
  if (format !== wanted)
    fault('format', `Query ${name} asks for the format ${format}, the catalog for ${wanted}.`)
  if (
    settingOf(dashboards.shouldBe, shouldBe, 'exemplar') === true &&
    settingOf(dashboards.is, is, 'exemplar') !== true
  )
    faults.push({
      about: `exemplars ${name}`,
      reason: `Query ${name} does not ask for exemplars, the catalog does.`,
      isAddition: true,
    })
  return faults.map((one) => ({ ...one, target: is }))
}

function timeOf(dashboard: Dashboard, target: DashboardTarget): string {
  if (target.isInstant) return 'one moment'
  return settingOf(dashboard, target, 'instant') === true
    ? 'a range of time and one moment'
    : 'a range of time'
}

/** Time series are what Prometheus answers in unless something else is said. */
function formatOf(dashboard: Dashboard, target: DashboardTarget): unknown {
  return settingOf(dashboard, target, 'format') ?? 'time_series'
}

function settingOf({ json, schema }: Dashboard, { path }: DashboardTarget, key: string): unknown {
  return valueAt(json, ...path, ...(schema === 'v2' ? ['spec', 'query', 'spec'] : []), key)
}
