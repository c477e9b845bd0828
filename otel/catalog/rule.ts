import type { Thresholds } from './metric.ts'
import type { Query } from './promql.ts'

/** A recording rule: a number that several panels and alerts share, such as a ratio of errors. */
export interface Recording {
  /** Name of its series, `level:thing:operation` as Prometheus recommends. */
  readonly record: string
  readonly query: Query
  /** UCUM unit of its value: `1` for a ratio, `{error}/s` for a rate. */
  readonly unit: string
  readonly description: string
  readonly thresholds?: Thresholds
}

/** An alerting rule with what its unit test and its runbook need. */
export interface Alert {
  readonly alert: string
  readonly query: Query
  /** How long it has to hold, as Prometheus writes durations. */
  readonly for: string
  readonly severity: 'critical' | 'warning' | 'info'
  /** One line for the person who is woken up; may use `{{ $labels.x }}` and `{{ $value }}`. */
  readonly summary: string
  readonly description: string
  /** The page of the runbook: what it means, what to look at, what to do. Markdown. */
  readonly runbook: string
  /** Series of a test in which it fires, and of one in which it stays quiet. */
  readonly tests: { readonly fires: RuleTest; readonly quiet: RuleTest }
}

/**
 * Input of `promtool test rules`: series by selector, in its notation (`0+10x240`), one value a minute. Job and instance
 * are added where a selector names none. In braces stands arithmetic with the bounds that the alert names: `{critical*1.1}x240`.
 */
export interface RuleTest {
  readonly series: readonly { readonly query: Query; readonly values: string }[]
  /** When the alert is looked at, as Prometheus writes durations. */
  readonly at: string
  /** Labels that a firing alert carries besides severity, job and instance; an empty value says that there is none. */
  readonly labels?: Readonly<Record<string, string>>
}

/** A panel that shows several metrics together, or one otherwise than by default. Metrics on no such panel get one of their own. */
export interface Panel {
  readonly panel: string
  readonly description: string
  readonly kind: 'timeseries' | 'stat' | 'gauge' | 'table' | 'heatmap' | 'bargauge'
  readonly targets: readonly { readonly query: Query; readonly legend: string }[]
  /** UCUM unit of what the queries return. */
  readonly unit: string
  /** Where its thresholds come from: a metric or a recording that has some. */
  readonly thresholdsOf?: Parameters<typeof import('./promql.ts').critical>[0]
  /** Shown on the overview as well. @default false */
  readonly overview?: boolean
  /** Heading on the dashboard of its component under which it stands. @default one for its kind */
  readonly row?: string
  /** Draws the series on top of each other, where they are parts of a whole. @default false */
  readonly stacked?: boolean
}

/** One component: a file of the catalog, a dashboard, a group of rules. */
export interface Component {
  readonly name: string
  /** As dashboards call it: `Firehose`. */
  readonly title: string
  readonly description: string
}
