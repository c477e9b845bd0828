/** A metric, declared once: instruments, views, documentation and checks are derived from it. */
export interface MetricDefinition {
  /** OpenTelemetry name of the instrument: `component.thing`, without unit and without `total`. */
  readonly name: string
  readonly instrument: 'counter' | 'upDownCounter' | 'gauge' | 'histogram'
  /** UCUM unit: `s`, `By`, `1`, an annotation such as `{event}`, or `''` for states and flags. */
  readonly unit: string
  readonly description: string
  /** Attributes with all their values, or `open` with a limit on how many values there may be. */
  readonly attributes?: Readonly<Record<string, readonly string[] | OpenAttribute>>
  /** Upper bounds of the buckets of a histogram, ascending. */
  readonly buckets?: readonly number[]
  /** How a view renames the stream, for metrics that other libraries record under their own names. */
  readonly stream?: StreamDefinition
  /** Timing it costs enough to be worth sampling (`sample_rate`). @default false */
  readonly sampled?: boolean
  /** What it was called in the systems that this one replaces. */
  readonly formerly?: readonly string[]
  /** From which values on it deserves attention; dashboards colour by it, alerts refer to it, users change it. */
  readonly thresholds?: Thresholds
  /** What single values mean, as dashboards name them: 0 is Disconnected. */
  readonly meanings?: readonly Meaning[]
  /** Who records it where that is not the code of the service: then no view or instrument is made from this. */
  readonly recordedBy?: string
  /** Why it is on no panel; without it every metric is on one. */
  readonly noPanel?: string
  /** Why no alert watches it, where one would be expected. */
  readonly noAlert?: string
}

/** Bounds in the metric's own unit. With `bad: 'below'` they count downwards: `critical` under the one, `warning` under the other. */
export interface Thresholds {
  readonly warning?: number
  readonly critical?: number
  /** @default 'above' */
  readonly bad?: 'above' | 'below'
}

export type Severity = 'ok' | 'warning' | 'critical'

export interface Meaning {
  readonly value: number
  readonly text: string
  readonly severity: Severity
}

/** An attribute whose values are not known beforehand. */
export interface OpenAttribute {
  /** How many values are kept apart; more go to the overflow series. */
  readonly limit: number
}

export interface StreamDefinition {
  /** Public OpenTelemetry name of the stream. */
  readonly name: string
  /** Public name of each attribute that is kept, and the recorded attribute it is taken from. */
  readonly attributes: Readonly<Record<string, string>>
}

/** The attributes of a metric as a measurement carries them; a missing or undeclared one does not compile. */
export type AttributesOf<Definition extends MetricDefinition> = Definition extends {
  readonly attributes: infer Declared
}
  ? { readonly [Key in keyof Declared]: Declared[Key] extends readonly (infer Value)[] ? Value : string }
  : Record<never, never>
