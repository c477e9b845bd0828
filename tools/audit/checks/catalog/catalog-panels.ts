import type { Dashboard, DashboardPanel } from '../../../dashboards/dashboard.ts'
import type { AuditInputs } from '../../check.ts'
import { meaning } from './catalog-query.ts'

export interface PanelPair {
  readonly is: DashboardPanel
  readonly shouldBe: DashboardPanel
}

/**
 * Finds the panels of a dashboard of the catalog on the dashboard that was read, wherever they stand now: by title, else by
 * id, else by what they ask. Panels that a person added are in no pair.
 */
export function panelPairs(
  is: Dashboard,
  shouldBe: Dashboard,
): { readonly pairs: readonly PanelPair[]; readonly missing: readonly DashboardPanel[] } {
  const free = new Set(is.panels)
  const found = new Map<DashboardPanel, DashboardPanel>()
  for (const isSame of [isSameWhole, hasSameTitle, hasSameId, asksTheSame]) {
    for (const wanted of shouldBe.panels) {
      if (found.has(wanted)) continue
      const panel = [...free].find((one) => isSame(one, wanted))
      if (panel === undefined) continue
      found.set(wanted, panel)
      free.delete(panel)
    }
  }
  return {
    pairs: [...found].map(([wanted, panel]) => ({ is: panel, shouldBe: wanted })),
    missing: shouldBe.panels.filter((panel) => !found.has(panel)),
  }
}

function isSameWhole(one: DashboardPanel, other: DashboardPanel): boolean {
  return hasSameTitle(one, other) && hasSameId(one, other)
}

export function hasSameTitle(one: DashboardPanel, other: DashboardPanel): boolean {
  return one.title.trim() === other.title
}

function hasSameId(one: DashboardPanel, other: DashboardPanel): boolean {
  return one.id === other.id
}

export function asksTheSame(one: DashboardPanel, other: DashboardPanel): boolean {
  return one.targets.length > 0 && asked(one) === asked(other)
}

function asked({ targets }: DashboardPanel): string {
  return targets.map(({ expr = '' }) => meaning(expr, 'grafana') ?? expr).join('\n')
}

/** The panels that are compared with those of the catalog, for checks that would tell the same again. */
export function panelsOfCatalog({ expected }: Pick<AuditInputs, 'expected'>): ReadonlySet<DashboardPanel> {
  return new Set(
    (expected?.dashboards ?? []).flatMap(({ is, shouldBe }) =>
      panelPairs(is, shouldBe).pairs.map((pair) => pair.is),
    ),
  )
}
