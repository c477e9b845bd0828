import type { Dashboard } from '../dashboards/dashboard.ts'
import type { Declared } from '../metrics/declared-metric.ts'
import type { Inventory } from '../metrics/inventory.ts'
import type { RuleFile } from '../rules/rule-file.ts'
import type { Target } from '../scrape/scrape.ts'
import type { Prometheus } from '../server/server.ts'
import type { Expected } from './expected.ts'
import type { Finding } from './finding.ts'
import type { Limits } from './limits.ts'

/** All that an audit looks at; what was not given is empty or undefined, and its checks stay silent. */
export interface Planes {
  readonly catalog: Declared | undefined
  readonly source: Declared | undefined
  /** Per target, in order of time. */
  readonly targets: readonly Target[]
  readonly dashboards: readonly Dashboard[]
  readonly rules: readonly RuleFile[]
  readonly prometheus: Prometheus | undefined
  /** What the dashboards and rules of the catalog should be; undefined without a catalog, or with nothing to compare. */
  readonly expected?: Expected | undefined
  /** What all planes together know about each metric. */
  readonly inventory: Inventory
  /** @default defaultLimits */
  readonly limits?: Limits
}

/** A check looks at the planes and reports what it finds; one file each. */
export interface Check {
  /** What findings carry as `check`. */
  readonly name: string
  /** What it looks for, in a sentence, for the list of checks. */
  readonly description: string
  readonly run: (planes: Planes) => Iterable<Finding> | Promise<Iterable<Finding>>
}
