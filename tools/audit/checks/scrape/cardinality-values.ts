import { serviceMetrics } from '../../../inputs/service-metrics.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'

/** What single values look like that never end. */
const shapes: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  { kind: 'UUIDs', pattern: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i },
  { kind: 'DIDs', pattern: /^did:[a-z]+:/ },
  { kind: 'e-mail addresses', pattern: /^[^@\s/]+@[^@\s/]+\.[a-z]{2,}$/i },
  { kind: 'addresses of machines', pattern: /^(\d{1,3}\.){3}\d{1,3}(:\d+)?$/ },
  { kind: 'hashes', pattern: /^[0-9a-f]{32,}$/i },
  { kind: 'times', pattern: /^\d{4}-\d\d-\d\dT\d\d:/ },
  { kind: 'paths or URLs with identifiers', pattern: /\/(\d{2,}|[0-9a-f]{12,})(\/|$|\?)/i },
  { kind: 'numbers that identify something', pattern: /^\d{5,}$/ },
]

/** How many such values make it certain. */
const least = 3

/** A label that carries something which identifies one of very many. */
export const cardinalityValues: Check = {
  name: 'cardinality-values',
  description: 'The values of a label identify individual users, requests or things.',
  run(inputs) {
    return serviceMetrics(inputs).flatMap(({ metric, place }) =>
      [...(metric.seen ?? [])].flatMap(([label, values]): Finding[] => {
        if (label === 'le' || label === 'quantile' || metric.labels.get(label) !== undefined) return []
        const found = shapes
          .map(({ kind, pattern }) => ({ kind, values: [...values].filter((value) => pattern.test(value)) }))
          .find(({ values: fitting }) => fitting.length >= least)
        if (found === undefined) return []
        return [
          {
            check: 'cardinality-values',
            level: 'warning',
            place,
            subject: `${metric.name} ${label}`,
            reason: `The label ${label} of ${metric.name} holds ${found.kind}, such as ${JSON.stringify(found.values[0])}`,
            mend: 'Leave the label off, or put a class in its place (a route template, a kind); single things belong in a log or a trace.',
          },
        ]
      }),
    )
  },
}
