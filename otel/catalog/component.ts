import type { Alert } from './alert.ts'
import type { MetricDefinition } from './metric.ts'
import type { Panel } from './panel.ts'
import type { Recording } from './query.ts'

/** One component: a folder of the catalog, a dashboard, a group of rules. */
export interface Component {
  readonly name: string
  /** As dashboards call it: `Firehose`. */
  readonly title: string
  readonly description: string
}

/** All that is declared about one component. */
export interface ComponentCatalog extends Component {
  readonly metrics: readonly MetricDefinition[]
  readonly recordings: readonly Recording[]
  readonly panels: readonly Panel[]
  readonly alerts: readonly Alert[]
}

/**
 * Sorts what the files of a component export by its kind, which the first field of each declaration tells. Names come
 * in the order of the alphabet: what has an order of its own, such as panels, is exported as a list.
 */
export function declarations(files: readonly Readonly<Record<string, unknown>>[]): ComponentCatalog {
  const exported = files.flatMap((file) => Object.values(file)).flat()
  const all = exported.filter((value) => typeof value === 'object' && value !== null)
  const having = <Declaration>(key: string) => all.filter((value) => key in value) as Declaration[]
  const [component] = having<Component>('title')
  if (component === undefined) throw new Error('no file of the catalog exports a component')
  return {
    ...component,
    metrics: having('instrument'),
    recordings: having('record'),
    panels: having('panel'),
    alerts: having('alert'),
  }
}
