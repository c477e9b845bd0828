import { placesOf } from '../../../dashboards/layout.ts'
import { layoutOf } from '../../../dashboards/layout-of.ts'
import type { Check } from '../../check.ts'
import { dashboardFinding, panelFinding } from '../dashboard-finding.ts'

const check = 'dashboard-element'

/** In schema v2 panels and layout are apart, and joined by names. */
export const dashboardElement: Check = {
  name: check,
  description:
    'Elements of a v2 dashboard that the layout leaves out or names twice, and names in the layout that no element has.',
  *run({ dashboards }) {
    for (const dashboard of dashboards.filter(({ schema }) => schema === 'v2')) {
      const elements = new Set(dashboard.panels.map(({ element }) => element))
      const seen = new Set<string>()
      for (const { element } of placesOf(layoutOf(dashboard))) {
        const isTwice = seen.has(element)
        seen.add(element)
        if (elements.has(element) && !isTwice) continue
        yield dashboardFinding(dashboard, {
          check,
          level: 'error',
          reason: isTwice
            ? `The layout shows the element "${element}" twice.`
            : `The layout names the element "${element}", which does not exist.`,
          mend: 'Correct the name in the layout, or remove the item.',
          subject: element,
        })
      }
      for (const panel of dashboard.panels) {
        if (panel.element === undefined || seen.has(panel.element)) continue
        yield panelFinding(dashboard, panel, {
          check,
          level: 'error',
          reason: 'The layout does not name this element, so that nobody sees it.',
          mend: `Add an item for "${panel.element}" to the layout, or remove the element.`,
        })
      }
    }
  },
}
