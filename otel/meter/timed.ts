import type { Attributes, Meter } from '@opentelemetry/api'
import type { AttributesOf, MetricDefinition } from '../catalog/metric.ts'
import { bind, bindUnsampled } from './bind.ts'
import { settingsOf } from './meter-settings.ts'
import { samplerOf } from './sampler.ts'

export interface TimedMetrics<
  Runs extends MetricDefinition,
  Errors extends MetricDefinition,
  Duration extends MetricDefinition,
> {
  /** Counts every run as it begins. */
  readonly runs?: Runs
  /** Counts the runs that fail, with the error's `type` as `reason`; `internal` where it has none that is declared. */
  readonly errors?: Errors
  /** Times every run in seconds, failed ones too. */
  readonly duration?: Duration
}

/** The attributes of all the metrics, less `reason`, which the failure gives. */
export type TimedAttributes<
  Runs extends MetricDefinition,
  Errors extends MetricDefinition,
  Duration extends MetricDefinition,
> = AttributesOf<Runs> & Omit<AttributesOf<Errors>, 'reason'> & AttributesOf<Duration>

/**
 * Makes a function that runs work and measures it. It returns and throws what the work does; work that returns
 * a promise is measured until the promise settles.
 */
export function timed<
  const Runs extends MetricDefinition = Bare,
  const Errors extends MetricDefinition = Bare,
  const Duration extends MetricDefinition = Bare,
>(
  meter: Meter,
  { runs, errors, duration }: TimedMetrics<Runs, Errors, Duration>,
): <Result>(attributes: TimedAttributes<Runs, Errors, Duration>, work: () => Result) => Result {
  if (!settingsOf(meter).enabled) return (_attributes, work) => work()
  const all = new Set([runs, errors, duration].flatMap((metric) => Object.keys(metric?.attributes ?? {})))
  all.delete('reason')
  const countRun = runs && narrowed(runs, all, bind<MetricDefinition>(meter, runs))
  const countError =
    errors && narrowed(errors, all.union(new Set(['reason'])), bind<MetricDefinition>(meter, errors))
  const sampler = duration && samplerOf(meter, duration)
  const recordDuration = duration && narrowed(duration, all, bindUnsampled<MetricDefinition>(meter, duration))
  const reasons = errors?.attributes?.reason

  return (attributes, work) => {
    const times = recordDuration === undefined ? 0 : sampler === undefined ? 1 : sampler()
    const began = times > 0 ? performance.now() : 0
    const finish = () => {
      if (times === 0) return
      const seconds = (performance.now() - began) / 1000
      for (let i = 0; i < times; i++) recordDuration?.(seconds, attributes)
    }
    const fail = (error: unknown): never => {
      finish()
      countError?.(1, { ...attributes, reason: reasonOf(error, reasons) })
      throw error
    }

    countRun?.(1, attributes)
    let result: ReturnType<typeof work>
    try {
      result = work()
    } catch (error) {
      return fail(error)
    }
    if (result instanceof Promise) {
      return result.then((value) => {
        finish()
        return value
      }, fail) as typeof result
    }
    finish()
    return result
  }
}

type Bare = MetricDefinition & { readonly attributes?: undefined }

/** What a failure is counted under: the type of its error if that is declared. */
function reasonOf(error: unknown, declared: readonly string[] | object | undefined): string {
  const type = error instanceof Error && 'type' in error ? String(error.type) : 'internal'
  return Array.isArray(declared) && !declared.includes(type) ? 'internal' : type
}

/** Gives a metric only the attributes that it declares, where the others declare more. */
function narrowed(definition: MetricDefinition, all: ReadonlySet<string>, instrument: object): Measure {
  const keys = Object.keys(definition.attributes ?? {})
  const { add, record: set } = instrument as { add: Measure; record: Measure }
  const record = (definition.instrument === 'histogram' ? set : add).bind(instrument)
  if (keys.length === all.size) return record
  return (value, attributes) =>
    record(value, Object.fromEntries(keys.map((key) => [key, attributes[key]])) as Attributes)
}

type Measure = (value: number, attributes: Attributes) => void
