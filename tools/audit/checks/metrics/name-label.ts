import { serviceMetrics } from '../../../inputs/service-metrics.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** A label whose name breaks the conventions, or that repeats what the name of the metric says. */
export const nameLabel: Check = {
  name: 'name-label',
  description: 'The name of a label violates the conventions of Prometheus.',
  run(inputs) {
    return serviceMetrics(inputs)
      .filter(({ isOfRuntime }) => !isOfRuntime)
      .flatMap(({ metric, place }) =>
        [...metric.labels.keys()].flatMap((label): Finding[] => {
          const fault = faultOf(label, metric.type)
          return fault
            ? [
                {
                  check: 'name-label',
                  place,
                  subject: `${metric.name} ${label}`,
                  ...fault(metric.name, label),
                },
              ]
            : []
        }),
      )
  },
}

type Fault = (metric: string, label: string) => Pick<Finding, 'level' | 'reason' | 'mend'>

function faultOf(label: string, type: string): Fault | undefined {
  if (label.startsWith('__')) return reserved
  if (label === 'le' && type !== 'histogram') return bucket
  if (['job', 'instance'].includes(label)) return overwritten
  return /[A-Z]/.test(label) ? characters : undefined
}

const reserved: Fault = (metric, label) => ({
  level: 'error',
  reason: `${metric} has the label ${label}; labels that begin with __ are reserved for Prometheus`,
  mend: `Call it ${label.replace(/^_+/, '')}.`,
})

const bucket: Fault = (metric) => ({
  level: 'warning',
  reason: `${metric} has the label le and is not a histogram`,
  mend: 'Give the label another name: le is the bound of a bucket.',
})

const overwritten: Fault = (metric, label) => ({
  level: 'warning',
  reason: `${metric} has the label ${label}, which Prometheus sets itself and renames to exported_${label}`,
  mend: 'Leave the label off, or scrape with honor_labels.',
})

const characters: Fault = (metric, label) => ({
  level: 'info',
  reason: `The label ${label} of ${metric} is not written in small letters with underscores`,
  mend: `Call it ${label.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()}.`,
})
