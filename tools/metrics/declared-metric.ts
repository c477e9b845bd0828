import type { Meaning, Thresholds } from '@tidegauge/otel/catalog'
import type { MetricType } from '../scrape/scrape.ts'

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
  readonly labelSets?: readonly LabelSet[]
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
export interface LabelSet {
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
  readonly labelNames?: readonly string[]
  /** What it does to the value; `add` may be by a negative number, `time` observes the seconds that a timer measured. */
  readonly by?: 'increment' | 'decrement' | 'add' | 'set' | 'observe' | 'time' | 'reset'
}
