import type { Check } from '../../check.ts'
import { recordedMetrics, sourceFinding } from './source-finding.ts'

const check = 'source-dead-recording'

/** The recording stands there, and the program never comes to it. */
export const sourceDeadRecording: Check = {
  name: check,
  description: 'Only code that is never reached records a metric that the source declares.',
  *run(inputs) {
    for (const metric of recordedMetrics(inputs)) {
      const { recordings } = metric
      const [first] = recordings
      if (first === undefined || recordings.some(({ reach }) => reach !== 'dead')) continue
      yield sourceFinding(metric, {
        check,
        level: 'error',
        reason: `${metric.name} is recorded only where the program never comes, as at ${first.file}:${first.line}.`,
        mend: 'Call the code that records it, or remove both.',
      })
    }
  },
}
