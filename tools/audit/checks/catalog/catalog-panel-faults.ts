import type { DashboardPanel } from '../../../dashboards/dashboard.ts'
import { panelModel } from '../../../dashboards/panel-model.ts'
import { textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { ExpectedDashboard } from '../../expected-dashboards.ts'
import { colourFaults, mappingFaults } from './catalog-colours.ts'
import { drawingFaults } from './catalog-drawing.ts'
import type { PanelFault } from './catalog-faults.ts'
import type { PanelPair } from './catalog-panels.ts'
import { targetFaults } from './catalog-target-faults.ts'
import { bothSides, plain } from './catalog-words.ts'

/** All that a panel has otherwise than the catalog. */
export function panelFaults(panels: PanelPair, dashboards: ExpectedDashboard): readonly PanelFault[] {
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

function linkFaults({ is, shouldBe }: PanelPair, dashboards: ExpectedDashboard): PanelFault[] {
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
function shiftFaults({ is }: PanelPair, dashboards: ExpectedDashboard): PanelFault[] {
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
