import type { Check } from '../../check.ts'
import { panelFinding } from '../dashboard-finding.ts'
import { panelFaults } from './catalog-panel-faults.ts'
import { panelPairs } from './catalog-panels.ts'
import { regenerate } from './catalog-words.ts'

const check = 'catalog-panel'

export const catalogPanel: Check = {
  name: check,
  description:
    'Panels on a dashboard of the catalog whose queries, titles, units, colours or drawing differ from it.',
  *run({ expected }) {
    if (expected === undefined) return
    for (const { is, shouldBe } of expected.dashboards) {
      for (const pair of panelPairs(is, shouldBe).pairs) {
        for (const { about, reason, setting, target, isAddition } of panelFaults(pair, { is, shouldBe }))
          yield panelFinding(is, pair.is, {
            check,
            level: isAddition ? 'info' : 'warning',
            reason,
            mend: regenerate(expected, { setting, instead: 'a panel of your own' }),
            subject: about,
            ...(target && { target }),
          })
      }
    }
  },
}
