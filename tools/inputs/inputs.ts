import type { Dashboard } from '../dashboards/dashboard.ts'
import type { Declared } from '../metrics/declared-metric.ts'
import type { Inventory } from '../metrics/inventory.ts'
import type { RuleFile } from '../rules/rule-file.ts'
import type { Target } from '../scrape/scrape.ts'
import type { Prometheus } from '../server/server.ts'

/** All that a command has read about a service; what it was not given is empty or undefined. */
export interface Inputs {
  readonly catalog: Declared | undefined
  readonly source: Declared | undefined
  /** Per target, in order of time. */
  readonly targets: readonly Target[]
  readonly dashboards: readonly Dashboard[]
  readonly rules: readonly RuleFile[]
  readonly prometheus: Prometheus | undefined
  /** What all inputs together know about each metric. */
  readonly inventory: Inventory
}
