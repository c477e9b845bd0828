import type { Attributes } from '@opentelemetry/api'
import type { DataPoint, MetricDescriptor } from '@opentelemetry/sdk-metrics'
import { mergedPoints } from './duplicates.ts'
import type { Family, Stream } from './families.ts'
import { LabelStore } from './label-store.ts'
import { type Label, type LabelRules, labelsOf, scopeLabels } from './labels.ts'
import type { Series } from './series.ts'

export interface SeriesRules extends Omit<LabelRules, 'reserved'> {
  readonly withoutScopeInfo: boolean
  /** Writes sorted labels in the format. Equal labels must give equal results. */
  readonly write: (labels: readonly Label[]) => string | Uint8Array
  readonly onProblem: (problem: string) => void
}

/**
 * Writes the labels of series, once for each series: the SDK hands out the same attributes object in the same
 * place at every collection, so that a comparison of identities tells what is known already. Forgets a stream
 * when the SDK does.
 */
export class SeriesWriter {
  readonly #rules: SeriesRules
  readonly #streams = new WeakMap<MetricDescriptor, StreamLabels>()

  constructor(rules: SeriesRules) {
    this.#rules = rules
  }

  /** The series of a family, no two of them equal. Yields where the event loop may be let in. */
  *seriesOf(family: Family): Generator<undefined, readonly Series[]> {
    const streams = family.streams.map((stream) => this.#streamLabels(family, stream))
    let changed = false
    for (const [i, { metric }] of family.streams.entries()) {
      if (yield* (streams[i] as StreamLabels).update(metric.dataPoints)) changed = true
    }
    const series = family.streams.map(({ metric }, i) => {
      const { labels } = streams[i] as StreamLabels
      return { metric, points: metric.dataPoints, labels }
    })
    const [first] = streams
    if (first === undefined) return series
    if (changed || first.streamsInFamily !== streams.length) {
      first.streamsInFamily = streams.length
      first.duplicates = yield* this.#hasDuplicates(series)
    }
    return first.duplicates ? mergedPoints(family, series, this.#rules.onProblem) : series
  }

  #streamLabels(family: Family, { metric, scope }: Stream): StreamLabels {
    let labels = this.#streams.get(metric.descriptor)
    if (labels === undefined) {
      const { write, withoutScopeInfo, ...rules } = this.#rules
      const constant = [...(withoutScopeInfo ? [] : scopeLabels(scope, rules.escaping)), ...rules.constant]
      const reserved = family.type === 'counter' || family.type === 'gauge' ? [] : ['le']
      const streamRules = { ...rules, constant, reserved, known: new Map() }
      labels = new StreamLabels((attributes) => write(labelsOf(attributes, streamRules)))
      this.#streams.set(metric.descriptor, labels)
    }
    return labels
  }

  *#hasDuplicates(series: readonly Series[]): Generator<undefined, boolean> {
    const seen = new Set<string>()
    for (const { labels } of series) {
      for (let i = 0; i < labels.count; i++) {
        const key = labels.key(i)
        if (seen.has(key)) return true
        seen.add(key)
        if (i % breath === breath - 1) yield
      }
    }
    return false
  }
}

/** How many series are compared between two chances for the event loop. */
const breath = 4096

/** The written labels of one stream, in the order of its points. */
class StreamLabels {
  readonly labels = new LabelStore()
  /** What is known about the family, kept at its first stream. */
  duplicates = false
  streamsInFamily = 0
  readonly #attributes: Attributes[] = []
  readonly #write: (attributes: Attributes) => string | Uint8Array

  constructor(write: (attributes: Attributes) => string | Uint8Array) {
    this.#write = write
  }

  /** Writes what is new. Returns whether anything was, or is gone. */
  *update(points: readonly DataPoint<unknown>[]): Generator<undefined, boolean> {
    const known = this.#attributes
    let same = 0
    while (same < points.length && known[same] === points[same]?.attributes) same++
    if (same === points.length && same === known.length) return false
    // Series stay in their order: after one that is new or gone, all have moved.
    this.labels.truncate(same)
    known.length = same
    for (let i = same; i < points.length; i++) {
      const { attributes } = points[i] as DataPoint<unknown>
      this.labels.add(this.#write(attributes))
      known.push(attributes)
      if (i % breath === breath - 1) yield
    }
    return true
  }
}
