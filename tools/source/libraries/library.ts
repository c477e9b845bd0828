import type { Recorded } from '../../metrics/declared-metric.ts'
import type { MetricType } from '../../scrape/scrape.ts'
import type { MetricValue, Value, Values } from '../interpret/values.ts'
import type { Expression } from '../program.ts'
import type { LabelSet, LabelValue, Library } from '../source-metric.ts'

/** What a metrics library does, told to the interpreter: which calls declare, bind and record. */
export interface MetricsLibrary {
  /**
   * A call of something that the files themselves do not declare.
   *
   * @param path where it comes from: `prom-client.Counter`.
   * @returns undefined for what is none of the library's.
   */
  call?(path: string, call: CallSite): Values | undefined
  /** A call of a method on something that is not known. */
  method?(name: string, receivers: Values, call: CallSite): Values | undefined
  /** A call of a method on a metric. */
  use?(metric: MetricValue, name: string, call: CallSite): Values | undefined
  /** A call of a function of the library's own, where its source is among the files. */
  own?(file: string, name: string | undefined, call: CallSite): Values | undefined
  /** Whether a file is the library itself, whose inside is of no interest. */
  isInside?(file: string): boolean
  /** An object that is written out as a value of a named type. */
  typed?(type: string, call: CallSite): Values | undefined
}

/** A call as a library sees it. */
export interface CallSite {
  readonly expression: Expression
  readonly args: readonly Expression[]
  /** An argument by name, or else by position. */
  argument(name: string | undefined, position: number): Expression | undefined
  hasNamed(): boolean
  readonly namedArguments: readonly { readonly key: string | undefined; readonly value: Expression }[]
  values(expression: Expression | undefined): Values
  /** The texts that it may be; undefined where none can be told. */
  texts(expression: Expression | undefined): readonly string[] | undefined
  /** The value of a label, as it is written and as far as it is certain. */
  labelValue(expression: Expression): LabelValue
  /** A list of texts; undefined where it cannot be told. */
  list(expression: Expression | undefined): readonly string[] | undefined
  /** The texts of a list of values that are known already. */
  listOf(values: Values): readonly string[] | undefined
  /** What a field of an object holds. */
  field(expression: Expression | undefined, name: string): Values
  /** Names and values of an object that is written out. */
  entries(expression: Expression | undefined): LabelSet['byName']
  /** The metrics among the values, those that objects define included. */
  metrics(values: Values): readonly MetricValue[]
  declare(declaration: Declaration): Values
  bind(metric: MetricValue, labels: Omit<LabelSet, 'file' | 'line'>): Values
  record(metric: MetricValue, by: NonNullable<Recorded['by']>, labels?: LabelSet['byName']): void
  /** Reports labels that are given at once with the value. */
  noteLabels(metric: MetricValue, labels: Omit<LabelSet, 'file' | 'line'>): void
  /** Calls what the values hold of functions. */
  invoke(functions: Values, args: readonly Values[], self?: Value): Values
  one(value: Value): Values
  external(path: string): Values
  text(text: string): Values
  /** An object that the library makes, with these fields; the same one in each round. */
  object(fields: Readonly<Record<string, Values>>): Values
}

export interface Declaration {
  /** Undefined when it cannot be told. */
  readonly names: readonly string[] | undefined
  readonly type: MetricType
  readonly help: string | undefined
  readonly unit?: string | undefined
  readonly labels: readonly string[] | undefined
  readonly values?: ReadonlyMap<string, readonly string[] | undefined>
  readonly library: Library
  readonly isRecordedElsewhere?: boolean
  /** Naming it again means the same metric, wherever that is. */
  readonly isShared?: boolean
}
