import type { Alert, Thresholds } from '@tidegauge/otel/catalog'

/** What a user may change about the generated dashboards and rules. */
export interface GenerateSettings {
  /** By the name in Prometheus of a metric or a recording; in its unit. Panels and alerts follow alike. */
  readonly thresholds: Readonly<Record<string, Pick<Thresholds, 'warning' | 'critical'>>>
  /** By the name of the alert. */
  readonly alerts: Readonly<Record<string, AlertSettings>>
  /** Address of the page that holds the runbooks; each alert links to its heading there. */
  readonly runbooks: string
  /** The jobs of the service in Prometheus; rules look at these alone, and tell when none is there. At least one. */
  readonly jobs: readonly string[]
}

export interface AlertSettings {
  /** @default true */
  readonly enabled?: boolean
  /** As Prometheus writes durations. */
  readonly for?: string
  readonly severity?: Alert['severity']
  /** Labels beside the severity, for routing: `team: storage`. */
  readonly labels?: Readonly<Record<string, string>>
}

export const defaultSettings: GenerateSettings = {
  thresholds: {},
  alerts: {},
  runbooks: 'docs/runbooks.md',
  jobs: ['tidegauge'],
}
