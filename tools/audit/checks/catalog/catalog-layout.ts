import type { Check } from '../../check.ts'
import { counted } from '../../input-counts.ts'
import { dashboardFinding } from '../dashboard-finding.ts'
import { panelPairs } from './catalog-panels.ts'

const check = 'catalog-layout'

/** To arrange a dashboard is its reader's right; that the next generate undoes it is worth knowing. */
export const catalogLayout: Check = {
  name: check,
  description: 'Dashboards of the catalog whose panels or rows somebody has rearranged.',
  *run({ expected }) {
    if (expected === undefined) return
    for (const { is, shouldBe } of expected.dashboards) {
      if (is.schema !== shouldBe.schema) continue
      const moved = panelPairs(is, shouldBe).pairs.filter(
        (pair) => placeOf(pair.is) !== placeOf(pair.shouldBe),
      )
      const rows = new Set(is.rows.map(({ title }) => title))
      const gone = shouldBe.rows.filter(({ title }) => !rows.has(title)).map(({ title }) => `"${title}"`)
      if (moved.length + gone.length === 0) continue
      const [first] = moved
      const words = [
        ...(first
          ? [
              `${counted(moved.length, 'panel')} ${moved.length === 1 ? 'stands' : 'stand'} elsewhere than generated ("${first.is.title}" first)`,
            ]
          : []),
        ...(gone.length > 0
          ? [`the ${gone.length > 1 ? 'rows' : 'row'} ${gone.join(', ')} cannot be found`]
          : []),
      ]
      yield dashboardFinding(is, {
        check,
        level: 'info',
        reason: `On this dashboard ${words.join(', and ')}.`,
        mend: `Keep it if it is meant to be so; \`${expected.command}\` lays it out again.`,
        subject: 'layout',
      })
    }
  },
}

function placeOf({
  grid,
  within,
}: {
  readonly grid: object | undefined
  readonly within: readonly string[]
}): string {
  return JSON.stringify([grid, within])
}
