import type { Meaning, Thresholds } from '../catalog/metric.ts'
import type { Dashboard } from '../dashboards/dashboard.ts'
import type { Expected } from './expected.ts'
import type { Finding } from './finding.ts'
import type { Inventory } from './inventory.ts'
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

/** Metrics that are declared, in a catalog or in source code. */
export interface Declared {
  readonly metrics: readonly DeclaredMetric[]
  /** Places that declare or record something whose name cannot be told from the source. */
  readonly unresolved?: readonly { readonly file: string; readonly line: number; readonly reason: string }[]
}

export interface DeclaredMetric {
  /** Title of the component that it belongs to, where a catalog says so. */
  readonly component?: string
  /** Name in Prometheus, with unit suffix and `_total`; of a histogram or summary the name before `_bucket`, `_sum`, `_count`. */
  readonly name: string
  readonly type: MetricType
  readonly help: string | undefined
  /** UCUM unit, where the declaration says one. */
  readonly unit: string | undefined
  /** Names of labels, each with its values where they are known. */
  readonly labels: ReadonlyMap<string, readonly string[] | undefined>
  readonly file: string
  readonly line: number
  /** Where it is recorded, for source; undefined for a catalog, which cannot know. */
  readonly recordings: readonly Recorded[] | undefined
  /** Who records it where that is not the code of the service, where a catalog says so. */
  readonly recordedBy?: string
  /** The instrument that a view exports under this name, where a catalog says so. */
  readonly view?: ViewOf
  /** Why there is no panel or no alert for it, where the catalog says so. */
  readonly noPanel?: string
  readonly noAlert?: string
  /** From which values on it deserves attention, and what single values mean, where a catalog says so. */
  readonly thresholds?: Thresholds
  readonly meanings?: readonly Meaning[]
  /** Upper bounds of the buckets of a histogram, where a catalog says so. */
  readonly buckets?: readonly number[]
  /** What declares it, for source: `prom-client`, `client_golang`, … */
  readonly library?: string
  /** Labels given at the places that record it, for source. */
  readonly labelUses?: readonly LabelUse[]
  /** Whether the names of its labels could be told from the source. @default true */
  readonly areLabelsKnown?: boolean
}

/** What a view makes a metric of. */
export interface ViewOf {
  /** Name of the instrument, as it would be in Prometheus without the view. */
  readonly name: string
  /** Labels that are kept, by the names of the instrument's own. */
  readonly labels: ReadonlyMap<string, string>
}

/** Labels as one place in the source gives them. */
export interface LabelUse {
  readonly file: string
  readonly line: number
  /** Names and values; undefined where only their number is known. */
  readonly byName:
    | ReadonlyMap<string, { readonly literal: string | undefined; readonly text: string }>
    | undefined
  /** How many, where they are given by position. */
  readonly count: number | undefined
}

export interface Recorded {
  readonly file: string
  readonly line: number
  /** A test records it, or code that nothing calls: it does not count as recorded. */
  readonly reach: 'product' | 'test' | 'dead'
  /** Values of labels written literally at this place. */
  readonly labels: ReadonlyMap<string, string>
  /** Names of all labels that it is given; undefined where they cannot be told. */
  readonly given?: readonly string[]
  /** What it does to the value; `add` may be by a negative number, `time` observes the seconds that a timer measured. */
  readonly by?: 'increment' | 'decrement' | 'add' | 'set' | 'observe' | 'time' | 'reset'
}

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown'

/** One endpoint and what it answered, once or several times. */
export interface Target {
  readonly url: string
  readonly scrapes: readonly Scrape[]
}

export interface Scrape {
  /** When, in milliseconds; undefined for a file. */
  readonly atMs: number | undefined
  /** By name as after `# TYPE`, in the order of the text. In OpenMetrics a counter's name is kept with `_total`. */
  readonly families: ReadonlyMap<string, Family>
  /** The first sample that brings a time of its own. */
  readonly timestamped?: { readonly name: string; readonly line: number }
  /** Lines that its format does not allow. */
  readonly problems: readonly ScrapeProblem[]
}

export interface ScrapeProblem {
  readonly line: number
  readonly reason: string
}

export interface Family {
  readonly name: string
  readonly type: MetricType
  readonly help: string | undefined
  readonly unit: string | undefined
  readonly line: number
  readonly samples: readonly Sample[]
}

export interface Sample {
  /** With the suffix `_bucket`, `_sum`, `_count` or `_total` as it stands in the text. */
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  readonly line: number
}

export interface RuleFile {
  readonly file: string
  readonly groups: readonly RuleGroup[]
}

export interface RuleGroup {
  readonly name: string
  readonly intervalMs: number | undefined
  readonly line: number
  readonly rules: readonly Rule[]
}

export interface Rule {
  readonly kind: 'alert' | 'record'
  readonly name: string
  readonly expr: string
  /** Of the rule; that of its expression is `exprLine`. */
  readonly line: number
  readonly exprLine: number
  readonly forMs: number | undefined
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
}

/** A Prometheus, or anything that answers its HTTP API. */
export interface Prometheus {
  readonly url: string
  /** Interval of its scrapes, in milliseconds, where it tells. */
  readonly scrapeIntervalMs: number | undefined
  /** @throws {PrometheusError} with what the server said, or why it could not be asked. */
  query(expr: string, at?: Date): Promise<readonly InstantSeries[]>
  queryRange(expr: string, range: TimeRange): Promise<readonly RangeSeries[]>
  /** The series that match, with all labels. */
  series(selector: string, range: Omit<TimeRange, 'stepMs'>): Promise<readonly ReadonlyMap<string, string>[]>
  metadata(): Promise<
    ReadonlyMap<string, { readonly type: MetricType; readonly help: string; readonly unit: string }>
  >
}

export interface TimeRange {
  readonly from: Date
  readonly to: Date
  readonly stepMs: number
}

export interface InstantSeries {
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  /** It is a native histogram, which has no single value: that is NaN then. @default false */
  readonly isNativeHistogram?: boolean
}

export interface RangeSeries {
  readonly labels: ReadonlyMap<string, string>
  /** Time in milliseconds and value. */
  readonly points: readonly (readonly [number, number])[]
  /** It has native histograms, which `points` leave out. @default false */
  readonly isNativeHistogram?: boolean
}
