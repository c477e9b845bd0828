import type { Dashboard, DashboardPanel } from '../../../dashboards/dashboard.ts'
import { panelModel } from '../../../dashboards/panel-model.ts'
import { textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { ExpectedDashboard } from '../../expected-dashboards.ts'
import type { PanelFault } from './catalog-faults.ts'
import type { PanelPair } from './catalog-panels.ts'

/** Where a panel colours values from other bounds on than the catalog says. */
export function colourFaults(
  { is, shouldBe }: PanelPair,
  dashboards: ExpectedDashboard,
): readonly PanelFault[] {
  const [own, other] = [stepsText(is, dashboards.is), stepsText(shouldBe, dashboards.shouldBe)]
  if (own === other) return []
  const reason = `Its thresholds are ${own}, the catalog says ${other}.`
  return [{ about: 'thresholds', reason, setting: 'thresholds' }]
}

/** Where a panel shows values under other words or colours than the catalog says. */
export function mappingFaults(
  { is, shouldBe }: PanelPair,
  dashboards: ExpectedDashboard,
): readonly PanelFault[] {
  const [own, other] = [
    mappingTexts(panelModel(dashboards.is, is).mappings),
    mappingTexts(panelModel(dashboards.shouldBe, shouldBe).mappings),
  ]
  const texts = [...new Set([...other.keys(), ...own.keys()])].flatMap((value) => {
    const [here, there] = [own.get(value), other.get(value)]
    return here === there
      ? []
      : [`${value} is shown as ${here ?? 'it is'}, the catalog says ${there ?? 'as it is'}`]
  })
  return texts.length === 0 ? [] : [{ about: 'mappings', reason: `The value ${texts.join('; ')}.` }]
}

/** What each value is shown as, by the value. */
function mappingTexts(mappings: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map(
    mappings.flatMap((mapping) => {
      const options = valueAt(mapping, 'options')
      const results =
        textAt(mapping, 'type') === 'value'
          ? Object.entries(options ?? {})
          : [[JSON.stringify(options), options] as const]
      return results.map(([value, result]) => [value, shownAs(valueAt(result, 'result') ?? result)] as const)
    }),
  )
}

function shownAs(result: unknown): string {
  const [text, color] = [textAt(result, 'text'), textAt(result, 'color')]
  return `"${text ?? ''}"${color === undefined ? '' : ` in ${color}`}`
}

/** Grafana has bounds of its own where a file has none. */
function stepsText(panel: DashboardPanel, dashboard: Dashboard): string {
  if (panel.thresholds.length === 0) return 'missing, so that Grafana colours what is above 80 red'
  const steps = panel.thresholds.map(({ value, color }) =>
    value === null ? color : `${color} from ${value}`,
  )
  const isShare = textAt(panelModel(dashboard, panel).defaults, 'thresholds', 'mode') === 'percentage'
  return `${steps.join(', ')}${isShare && steps.length > 1 ? ' in percent' : ''}`
}
