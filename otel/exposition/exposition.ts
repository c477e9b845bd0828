import { setImmediate } from 'node:timers/promises'
import type { DataPoint, GaugeMetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { EscapingScheme } from '../naming/escaping.ts'
import { constantAttributes } from './constant-labels.ts'
import { exemplarLabels } from './exemplar-labels.ts'
import { type Family, familiesOf } from './families.ts'
import { LabelStore } from './label-store.ts'
import { type Label, labelsOf, scopeLabelNames } from './labels.ts'
import { familyLines, labelText } from './lines.ts'
import type { Representation } from './negotiate.ts'
import { openMetrics, openMetricsEnd, targetInfo } from './openmetrics.ts'
import type { PrometheusEndpointOptions } from './options.ts'
import { familyMessage, labelFields, type MessageRules } from './protobuf.ts'
import type { Series } from './series.ts'
import { SeriesWriter } from './series-writer.ts'
import { prometheusText } from './text.ts'
import { TextWriter } from './text-writer.ts'

/** The body of an answer, in pieces. */
export interface Body {
  readonly pieces: readonly Uint8Array[]
  readonly bytes: number
  /** Series in it. */
  readonly series: number
}

type Options = Pick<
  PrometheusEndpointOptions,
  | 'translationStrategy'
  | 'prefix'
  | 'appendTimestamp'
  | 'withoutScopeInfo'
  | 'withoutTargetInfo'
  | 'resourceConstantLabels'
  | 'withResourceConstantLabels'
> & {
  /** Called for what a scrape leaves out. Must not throw. */
  readonly onProblem: (problem: string) => void
}

/** Writes what was collected in the formats that scrapers ask for, and remembers the labels for the next time. */
export class Exposition {
  readonly #options: Options
  readonly #writers = new Map<string, { writer: SeriesWriter; usedAt: number }>()
  #bodies = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * Writes the body, a few milliseconds at a time, between which the event loop runs. One body after the
   * other, since they share what is remembered.
   */
  body(resourceMetrics: ResourceMetrics, representation: Representation): Promise<Body> {
    const body = this.#last.then(() => this.#body(resourceMetrics, representation))
    this.#last = body.then(forget, forget)
    return body
  }

  async #body(resourceMetrics: ResourceMetrics, representation: Representation): Promise<Body> {
    const pieces: Uint8Array[] = []
    let bytes = 0
    const work = this.#write(resourceMetrics, representation)
    let sliceStart = performance.now()
    for (;;) {
      const step = work.next()
      if (step.done) return { pieces, bytes, series: step.value }
      if (step.value !== undefined) {
        pieces.push(step.value)
        bytes += step.value.length
      }
      if (performance.now() - sliceStart > sliceMs) {
        await setImmediate()
        sliceStart = performance.now()
      }
    }
  }

  *#write(
    resourceMetrics: ResourceMetrics,
    { format, escaping: asked }: Representation,
  ): Generator<Uint8Array | undefined, number> {
    const { translationStrategy: strategy = 'UnderscoreEscapingWithSuffixes', prefix = '' } = this.#options
    // Names are classic ones already, which all schemes but `dots` leave alone: they share what is remembered.
    const escaping = strategy.startsWith('Underscore') && asked !== 'dots' ? 'underscores' : asked
    const target = this.#target(resourceMetrics, escaping)
    const { onProblem } = this.#options
    const reserved = target ? ['target_info'] : []
    const families = familiesOf(resourceMetrics, { strategy, escaping, prefix, reserved, onProblem })
    const timestampMs = this.#options.appendTimestamp ? timeOf(families) : undefined
    const labelsOfExemplars = exemplarLabels({ strategy, escaping })
    if (format === 'protobuf') {
      const rules = { timestampMs, exemplarLabels: labelsOfExemplars }
      const writer = this.#writer(labelFields, escaping, resourceMetrics)
      return yield* this.#protobuf(families, target, rules, writer)
    }
    const writer = this.#writer(labelText, escaping, resourceMetrics)
    const taken = new Set(families.map(({ name }) => name))
    const isOpenMetrics = format === 'openmetrics'
    // The resource takes two names more, one for the family and one for the series.
    const notFree = target ? new Set([...taken, 'target', 'target_info']) : taken
    const dialect = isOpenMetrics
      ? openMetrics(notFree, timestampMs, labelsOfExemplars)
      : prometheusText(timestampMs)
    const text = new TextWriter()
    let series = 0
    if (target !== undefined) {
      const labels = labelText(target)
      if (isOpenMetrics) text.text(targetInfo(labels, taken))
      else yield* familyLines(targetFamily, [targetSeries(labels)], dialect, text)
      series++
    }
    for (const family of families) {
      series += yield* familyLines(family, yield* writer.seriesOf(family), dialect, text)
    }
    if (isOpenMetrics) text.text(openMetricsEnd)
    yield* text.finish()
    return series
  }

  *#protobuf(
    families: readonly Family[],
    target: readonly Label[] | undefined,
    rules: MessageRules,
    writer: SeriesWriter,
  ): Generator<Uint8Array | undefined, number> {
    let series = 0
    if (target !== undefined) {
      series += yield* familyMessage(targetFamily, [targetSeries(labelFields(target))], rules)
    }
    for (const family of families) {
      series += yield* familyMessage(family, yield* writer.seriesOf(family), rules)
    }
    return series
  }

  /** The labels that describe the resource; `undefined` where there is nothing to say, or it is not wanted. */
  #target({ resource }: ResourceMetrics, escaping: EscapingScheme): readonly Label[] | undefined {
    const { withoutTargetInfo, translationStrategy: strategy = 'UnderscoreEscapingWithSuffixes' } =
      this.#options
    if (withoutTargetInfo) return undefined
    const labels = labelsOf(resource.attributes, { strategy, escaping, constant: [], reserved: [] })
    return labels.length === 0 ? undefined : labels
  }

  #writer(
    write: (labels: readonly Label[]) => string | Uint8Array,
    escaping: EscapingScheme,
    { resource }: ResourceMetrics,
  ): SeriesWriter {
    this.#bodies++
    for (const [key, { usedAt }] of this.#writers) {
      if (this.#bodies - usedAt > unusedBodies) this.#writers.delete(key)
    }
    const key = `${write.name} ${escaping}`
    let kept = this.#writers.get(key)
    if (kept === undefined) {
      const { translationStrategy: strategy = 'UnderscoreEscapingWithSuffixes', withoutScopeInfo = false } =
        this.#options
      const rules = { strategy, escaping, constant: [], reserved: ['le', ...scopeLabelNames(escaping)] }
      const constant = labelsOf(constantAttributes(resource.attributes, this.#options), rules)
      const { onProblem } = this.#options
      const writer = new SeriesWriter({
        strategy,
        escaping,
        constant,
        withoutScopeInfo,
        write,
        onProblem,
      })
      kept = { writer, usedAt: 0 }
      this.#writers.set(key, kept)
    }
    kept.usedAt = this.#bodies
    return kept.writer
  }
}

/** Whoever waits for its turn must not keep the body before it in memory. */
const forget = (): void => {}

/** Time that writing may keep the event loop for itself. */
const sliceMs = 4

/** What is remembered for a format is forgotten when so many answers in a row were in others. */
const unusedBodies = 100

const targetFamily: Family = {
  name: 'target_info',
  type: 'gauge',
  help: 'Target metadata',
  unit: '',
  streams: [],
}
const targetPoint: DataPoint<number> = { value: 1, attributes: {}, startTime: [0, 0], endTime: [0, 0] }

function targetSeries(written: string | Uint8Array): Series {
  const labels = new LabelStore()
  labels.add(written)
  return { points: [targetPoint], labels }
}

function timeOf(families: readonly Family[]): number | undefined {
  for (const { streams } of families) {
    for (const { metric } of streams) {
      const [seconds, nanos] = (metric as GaugeMetricData).dataPoints[0]?.endTime ?? [0, 0]
      if (seconds > 0) return Math.round(seconds * 1000 + nanos / 1e6)
    }
  }
  return undefined
}
