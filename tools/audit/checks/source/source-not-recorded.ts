import type { Check } from '../../check.ts'
import { recordedMetrics, sourceFinding } from './source-finding.ts'

const check = 'source-not-recorded'

/** A metric that stays at zero for ever looks like a healthy one. */
export const sourceNotRecorded: Check = {
  name: check,
  description: 'The source declares a metric and never records it.',
  *run(inputs) {
    for (const metric of recordedMetrics(inputs)) {
      if (metric.recordings.length > 0) continue
      yield sourceFinding(metric, {
        check,
        level: 'error',
        reason: `${metric.name} is declared here, and nothing records it.`,
        mend: 'Record it where it happens, or remove the declaration and what shows it.',
      })
    }
  },
}
