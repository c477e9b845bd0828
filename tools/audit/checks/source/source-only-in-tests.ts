import type { Check } from '../../check.ts'
import { recordedMetrics, sourceFinding } from './source-finding.ts'

const check = 'source-only-in-tests'

/** Tests that record it make it look alive. */
export const sourceOnlyInTests: Check = {
  name: check,
  description: 'Only tests record a metric that the source declares.',
  *run(inputs) {
    for (const metric of recordedMetrics(inputs)) {
      const { recordings } = metric
      const first = recordings.find(({ reach }) => reach === 'test')
      if (first === undefined || recordings.some(({ reach }) => reach === 'product')) continue
      yield sourceFinding(metric, {
        check,
        level: 'error',
        reason: `${metric.name} is recorded by tests alone, as at ${first.file}:${first.line}.`,
        mend: 'Call what records it from the product too, or remove it.',
      })
    }
  },
}
