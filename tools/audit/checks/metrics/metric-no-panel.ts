import { isUnrecorded, serviceMetrics } from '../../../metrics/service-metrics.ts'
import { usesOf } from '../../../metrics/uses.ts'
import type { Check } from '../../planes.ts'

/** A metric that no dashboard shows. */
export const metricNoPanel: Check = {
  name: 'metric-no-panel',
  description: 'No panel shows a metric, and the catalog does not say why.',
  run(planes) {
    if (planes.dashboards.length === 0) return []
    const { panels } = usesOf(planes)
    const excused = new Set(
      planes.catalog?.metrics.filter(({ noPanel }) => noPanel !== undefined).map(({ name }) => name),
    )
    return serviceMetrics(planes)
      .filter(
        ({ metric: { name } }) => !panels.has(name) && !excused.has(name) && !isUnrecorded(planes, name),
      )
      .map(({ metric: { name }, place, isOfRuntime }) => ({
        check: 'metric-no-panel',
        level: isOfRuntime ? 'info' : 'warning',
        place,
        subject: name,
        reason: `${name} is on no panel`,
        mend: isOfRuntime
          ? 'Nothing to do, unless somebody asks for it.'
          : `Add it with "tidegauge dashboards update FILE --metrics ${name}", or say in the catalog why it is on none (noPanel).`,
      }))
  },
}
