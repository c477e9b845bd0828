import type { Check } from '../../check.ts'
import { dashboardFinding, panelName } from '../dashboard-finding.ts'
import { panelPairs } from './catalog-panels.ts'

const check = 'catalog-panel-missing'

export const catalogPanelMissing: Check = {
  name: check,
  description: 'Panels of the catalog that its dashboard does not have.',
  *run({ expected }) {
    if (expected === undefined) return
    for (const { is, shouldBe } of expected.dashboards) {
      for (const panel of panelPairs(is, shouldBe).missing) {
        const asked = panel.targets.map(({ expr }) => `\`${expr}\``).join(', ')
        yield dashboardFinding(is, {
          check,
          level: 'warning',
          reason: `The panel "${panelName(panel)}" of the catalog is missing; it shows ${asked}.`,
          mend: `Regenerate the dashboard with \`${expected.command}\`.`,
          subject: panelName(panel),
        })
      }
    }
  },
}
