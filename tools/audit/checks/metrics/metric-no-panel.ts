import { unshownMetrics } from '../../../inputs/unshown-metrics.ts'
import type { Check } from '../../check.ts'

/** A metric that no dashboard shows. */
export const metricNoPanel: Check = {
  name: 'metric-no-panel',
  description: 'No panel shows a metric, and the catalog does not say why.',
  run(inputs) {
    if (inputs.dashboards.length === 0) return []
    return unshownMetrics(inputs).map(({ metric: { name }, place, isOfRuntime }) => ({
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
