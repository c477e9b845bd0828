import type { ComponentCatalog } from '@tidegauge/otel/catalog'
import type { GenerateSettings } from '../catalog-file/overrides.ts'
import type { PrometheusRule } from '../generate/rules/rules.ts'
import { durationMs } from '../rules/duration.ts'
import type { Rule, RuleFile } from '../rules/rule-file.ts'

/** Makes the rules of a catalog, a file and a group for each component that has some. */
export async function expectedRules(
  components: readonly ComponentCatalog[],
  settings: GenerateSettings,
): Promise<readonly RuleFile[]> {
  const { ruleGroup } = await import('../generate/rules/rules.ts')
  return components.flatMap((component) => {
    const { name, rules } = ruleGroup(component, settings)
    if (rules.length === 0) return []
    const group = { name, intervalMs: undefined, line: 1, rules: rules.map(ruleAsRead) }
    return [{ file: `${name}.yaml`, groups: [group] }]
  })
}

/** A rule as it would be read from the file that it is written to. */
function ruleAsRead(rule: PrometheusRule): Rule {
  const place = { expr: rule.expr, line: 1, exprLine: 1 }
  if ('record' in rule)
    return {
      kind: 'record',
      name: rule.record,
      ...place,
      forMs: undefined,
      labels: new Map(),
      annotations: new Map(),
    }
  return {
    kind: 'alert',
    name: rule.alert,
    ...place,
    forMs: durationMs(rule.for),
    labels: new Map(Object.entries(rule.labels)),
    annotations: new Map(Object.entries(rule.annotations)),
  }
}
