import { panelIds } from '../../../generate/dashboards/identity.ts'
import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { asksTheSame, hasSameTitle, panelPairs } from './catalog-panels.ts'

const check = 'catalog-panel-unknown'

/** Panels of one's own are welcome. Generated ones are known by their ids, which are made of their titles. */
export const catalogPanelUnknown: Check = {
  name: check,
  description:
    'Generated panels that the catalog no longer declares, and panels of the catalog that are there twice.',
  *run({ expected }) {
    if (expected === undefined) return
    for (const { is, shouldBe } of expected.dashboards) {
      const paired = new Set(panelPairs(is, shouldBe).pairs.map((pair) => pair.is))
      for (const panel of is.panels) {
        if (paired.has(panel)) continue
        const isTwice = shouldBe.panels.some((one) => hasSameTitle(panel, one) && asksTheSame(panel, one))
        if (!isTwice && panel.id !== panelIds([panel.title])[0]) continue
        yield panelFinding(is, panel, {
          check,
          level: 'warning',
          reason: isTwice
            ? 'This panel of the catalog is on the dashboard twice.'
            : 'The panel was generated, but the catalog does not declare it any more.',
          mend: `Delete it; \`${expected.command}\` writes the dashboard without it.`,
        })
      }
    }
  },
}
