import type { Selector } from '../../../promql/expression.ts'
import { resultLabels } from '../../../promql/result-labels.ts'
import type { Rule } from '../../../rules/rule-file.ts'
import type { AuditInputs } from '../../check.ts'
import { type RuleQuery, readQueriesOf } from '../queries.ts'
import { seriesOf } from './series-kind.ts'

/** What is known about which labels series have. */
export interface LabelKnowledge {
  /** Whether series that a selector finds may have the label; true as well where nothing is known. */
  mayCarry(selector: Selector, label: string): boolean
  /** Labels that a metric has itself, without those that Prometheus adds to every target. */
  ownLabels(selector: Selector): readonly string[]
}

/** Whether labels of this name usually come from service discovery or the configuration of Prometheus. */
export function isTargetLabel(label: string): boolean {
  return targetLabels.has(label) || /^(__|exported_|app_kubernetes_io_|label_|tag_|kubernetes_)/.test(label)
}

export const targetLabels: ReadonlySet<string> = new Set(
  (
    'job instance cluster namespace pod container node service endpoint env environment region zone ' +
    'availability_zone az datacenter dc stage tier team app application component host hostname nodename ' +
    'prometheus prometheus_replica replica tenant tenant_id project workload'
  ).split(' '),
)

export function labelKnowledge(inputs: AuditInputs): LabelKnowledge {
  const known = cache.get(inputs)
  if (known !== undefined) return known
  const created = createLabelKnowledge(inputs)
  cache.set(inputs, created)
  return created
}

const cache = new WeakMap<AuditInputs, LabelKnowledge>()

function createLabelKnowledge(inputs: AuditInputs): LabelKnowledge {
  const recordings = recordingsOf(inputs)
  const asking = new Set<string>()
  const mayCarry = (selector: Selector, label: string): boolean => {
    if (isTargetLabel(label)) return true
    const { kind, metric } = seriesOf(inputs.inventory, selector)
    const recorded = recordings.get(selector.name?.text ?? '')
    if (recorded !== undefined) return recorded(label)
    if (metric === undefined || metric.mayHaveOtherLabels) return true
    if (label === 'le') return kind === 'bucket'
    if (label === 'quantile') return kind === 'quantile' || metric.labels.has(label)
    return metric.labels.has(label)
  }

  /** Labels of recorded series follow from the query of the rule. */
  function recordingsOf({ rules }: AuditInputs): ReadonlyMap<string, (label: string) => boolean> {
    const found = new Map<string, (label: string) => boolean>()
    if (rules.length === 0) return found
    for (const { from, query } of readQueriesOf(inputs)) {
      if (from.kind !== 'rule' || from.rule.kind !== 'record') continue
      const { rule } = from as RuleQuery & { readonly rule: Rule }
      const others = found.get(rule.name)
      found.set(rule.name, (label) => {
        if (rule.labels.has(label) || others?.(label) === true) return true
        const key = `${rule.name} ${label}`
        // Rules that refer to each other in a circle tell nothing.
        if (asking.has(key)) return true
        asking.add(key)
        try {
          return resultLabels(query.expression, mayCarry).mayHave(label)
        } finally {
          asking.delete(key)
        }
      })
    }
    return found
  }

  return {
    mayCarry,
    ownLabels(selector) {
      const { kind, metric } = seriesOf(inputs.inventory, selector)
      const own = [...(metric?.labels.keys() ?? [])]
      return kind === 'bucket' ? [...own, 'le'] : own
    },
  }
}
