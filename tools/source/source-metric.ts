import type { Recorded } from '../metrics/declared-metric.ts'
import type { MetricType } from '../scrape/scrape.ts'
import type { FunctionDeclaration } from './program.ts'

/** A declaration that was found, and what was found out about its metric since. */
export interface SourceMetric {
  readonly name: string
  type: MetricType
  help: string | undefined
  readonly unit: string | undefined
  /** Undefined where they cannot be told; libraries without declared labels get those that are recorded. */
  labels: readonly string[] | undefined
  readonly values: Map<string, Set<string> | undefined>
  readonly library: Library
  readonly file: string
  readonly line: number
  readonly isTest: boolean
  /** A library records it, not this source. */
  readonly isRecordedElsewhere: boolean
  /** It only gives others their fields. */
  isPattern?: boolean
  recordings: Recording[]
  labelSets: RecordedLabels[]
}

export type Library =
  | 'prom-client'
  | 'opentelemetry'
  | 'catalog'
  | 'client_golang'
  | 'prometheus_client'
  | 'prometheus'
  | 'metrics'

export interface Recording {
  readonly file: string
  readonly line: number
  readonly by: NonNullable<Recorded['by']>
  readonly labels: ReadonlyMap<string, string>
  /** Names of all labels that it is given; undefined where they cannot be told. */
  readonly labelNames: readonly string[] | undefined
  readonly isDeadHere: boolean
  readonly isTest: boolean
  readonly isGuess: boolean
  /** The functions around it, innermost first. */
  readonly within: readonly FunctionDeclaration[]
}

/** Labels as one place gives them. */
export interface LabelSet {
  readonly file: string
  readonly line: number
  /** By name, where the names are known. */
  readonly byName: ReadonlyMap<string, LabelValue> | undefined
  /** How many, where they are given by position. */
  readonly count: number | undefined
}

export interface LabelValue {
  /** Undefined where it is computed. */
  readonly literal: string | undefined
  /** As written. */
  readonly text: string
}

export interface RecordedLabels extends LabelSet {
  readonly isTest: boolean
}
