import type { Query } from './query.ts'

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
 * are added where a selector names none. Braces hold arithmetic with the bounds that the alert names: `{critical*1.1}x240`.
 */
export interface RuleTest {
  readonly series: readonly { readonly query: Query; readonly values: string }[]
  /** When the alert is evaluated, as Prometheus writes durations. */
  readonly at: string
  /** Labels that a firing alert carries besides severity, job and instance; an empty value says that there is none. */
  readonly labels?: Readonly<Record<string, string>>
}
