import type { ComponentCatalog } from '@tidegauge/otel/catalog'
import type { GenerateSettings } from '../catalog-file/overrides.ts'
import type { Dashboard } from '../dashboards/dashboard.ts'
import { readDashboard } from '../dashboards/read.ts'

/** The dashboards that follow from a catalog. */
export interface ExpectedDashboards {
  /** Those that are among what was read: by uid, or by title where none has the uid. */
  readonly dashboards: readonly ExpectedDashboard[]
  /** Dashboards of the catalog that are not among what was read. */
  readonly absent: readonly { readonly uid: string; readonly title: string }[]
}

export interface ExpectedDashboard {
  readonly is: Dashboard
  readonly shouldBe: Dashboard
}

/** Finds the dashboards of a catalog among those that were read, and makes those that are there as they should be. */
export async function expectedDashboards(
  components: readonly ComponentCatalog[],
  settings: GenerateSettings,
  dashboards: readonly Dashboard[],
): Promise<ExpectedDashboards> {
  const { dashboardPlans } = await import('../generate/dashboards/plan.ts')
  const { dashboardTitle, dashboardUid, serviceOf } = await import('../generate/dashboards/identity.ts')
  const service = serviceOf(settings)
  const plans = dashboardPlans(components).map((plan) => {
    const [uid, title] = [dashboardUid(service, plan.name), dashboardTitle(service, plan.title)]
    const called = dashboards.filter((dashboard) => dashboard.uid === uid)
    const found = called.length > 0 ? called : dashboards.filter((dashboard) => dashboard.title === title)
    return { plan, uid, title, found }
  })
  const absent = plans.filter(({ found }) => found.length === 0).map(({ uid, title }) => ({ uid, title }))
  if (absent.length === plans.length) return { dashboards: [], absent }
  // The builders of Grafana take a third of a second to load: only for those who have something to compare.
  const { dashboardText } = await import('../generate/dashboards/dashboards.ts')
  return {
    absent,
    dashboards: plans.flatMap(({ plan, found }) => {
      if (found.length === 0) return []
      const shouldBe = readDashboard({ file: `${plan.name}.json`, text: dashboardText(plan, settings) })
      return found.map((is) => ({ is, shouldBe }))
    }),
  }
}
