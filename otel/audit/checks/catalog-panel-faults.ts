import type { Dashboard, DashboardPanel, DashboardTarget } from '../../dashboards/dashboard.ts'
import { panelModel } from '../../dashboards/panel-model.ts'
import { textAt, valueAt } from '../../dashboards/value-at.ts'
import { drawingFaults } from './catalog-drawing.ts'
import type { PanelPair } from './catalog-panels.ts'
import { type DashboardPair, targetFaults } from './catalog-target-faults.ts'
import { bothSides, plain } from './catalog-words.ts'

/** How a panel is otherwise than the catalog says. */
export interface PanelFault {
  /** `unit`, `query A`, `thresholds`, …: what of it. */
  readonly about: string
  readonly reason: string
  /** The key in the settings of generate by which a user may want it so. */
  readonly setting?: string
  readonly target?: DashboardTarget
  /** It looks otherwise, or has more; what the catalog says is all there. */
  readonly isAddition?: boolean
}

export function panelFaults(panels: PanelPair, dashboards: DashboardPair): readonly PanelFault[] {
  const { is, shouldBe } = panels
  if (is.library !== undefined) return []
  return [
    ...wordFaults(is, shouldBe),
    ...targetFaults(panels, dashboards),
    ...colourFaults(panels, dashboards),
    ...mappingFaults(panels, dashboards),
    ...linkFaults(panels, dashboards),
    ...(is.type === shouldBe.type ? drawingFaults(panels, dashboards) : []),
    ...shiftFaults(panels, dashboards),
  ]
}

function wordFaults(is: DashboardPanel, shouldBe: DashboardPanel): PanelFault[] {
  const faults: PanelFault[] = []
  const compare = (about: string, own: string, other: string) => {
    if (plain(own) === plain(other)) return
    const { here, there } = bothSides(own, other)
    faults.push({ about, reason: `Its ${about} is ${here}, the catalog says ${there}.` })
  }
  compare('title', is.title, shouldBe.title)
  compare('description', is.description ?? '', shouldBe.description ?? '')
  compare('unit', is.unit ?? '', shouldBe.unit ?? '')
  if (is.type !== shouldBe.type)
    faults.push({
      about: 'type',
      reason: `It is drawn as ${is.type || 'nothing'}, the catalog says ${shouldBe.type}.`,
    })
  if (is.id !== shouldBe.id)
    faults.push({
      about: 'id',
      reason: `Its id is ${is.id ?? 'missing'}, the catalog gives it ${shouldBe.id}: links to the panel no longer find it.`,
      isAddition: true,
    })
  return faults
}

function colourFaults({ is, shouldBe }: PanelPair, dashboards: DashboardPair): PanelFault[] {
  const [own, other] = [stepsText(is, dashboards.is), stepsText(shouldBe, dashboards.shouldBe)]
  if (own === other) return []
  const reason = `Its thresholds are ${own}, the catalog says ${other}.`
  return [{ about: 'thresholds', reason, setting: 'thresholds' }]
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

function mappingFaults({ is, shouldBe }: PanelPair, dashboards: DashboardPair): PanelFault[] {
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

function linkFaults({ is, shouldBe }: PanelPair, dashboards: DashboardPair): PanelFault[] {
  const own = panelModel(dashboards.is, is).links
  return panelModel(dashboards.shouldBe, shouldBe).links.flatMap((link) => {
    const [title, url] = [textAt(link, 'title') ?? '', textAt(link, 'url') ?? '']
    if (own.some((one) => textAt(one, 'url') === url)) return []
    const same = own.find((one) => textAt(one, 'title') === title)
    const here =
      same === undefined ? `It lacks the link ${title}` : `The link ${title} leads to ${textAt(same, 'url')}`
    return [{ about: `link ${title}`, reason: `${here}; the catalog says ${url}.` }]
  })
}

/** What makes a panel show another time, or something else than its queries return. */
function shiftFaults({ is }: PanelPair, dashboards: DashboardPair): PanelFault[] {
  const raw = valueAt(dashboards.is.json, ...is.path)
  const options = dashboards.is.schema === 'v2' ? valueAt(raw, 'spec', 'data', 'spec', 'queryOptions') : raw
  const times = ['timeFrom', 'timeShift'].flatMap((key) => {
    const value = textAt(options, key)
    return value === undefined
      ? []
      : [
          {
            about: key,
            reason: `It shows another time than the dashboard (${key} ${value}), the catalog the same.`,
          },
        ]
  })
  const { transformations, repeat } = panelModel(dashboards.is, is)
  if (repeat !== undefined)
    times.push({
      about: 'repeat',
      reason: `It is repeated for each ${repeat}, in the catalog it stands once.`,
    })
  if (transformations.length === 0) return times
  const reason = 'It transforms what its queries return; the catalog shows it as it is.'
  return [...times, { about: 'transformations', reason }]
}
