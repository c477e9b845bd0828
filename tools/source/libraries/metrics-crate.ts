import type { Values } from '../interpret/values.ts'
import { noValues } from '../interpret/values.ts'
import type { Expression } from '../program.ts'
import type { LabelSet, LabelValue } from '../source-metric.ts'
import type { CallSite, MetricsLibrary } from './library.ts'

/** The `metrics` crate: what a macro names is declared by naming it. */
export const metricsCrate: MetricsLibrary = {
  call(path, call) {
    const called = path.slice(path.lastIndexOf('.') + 1)
    const macro = /^(increment_|decrement_|absolute_|describe_)?(counter|gauge|histogram)!$/.exec(called)
    if (!macro) return undefined
    const [, verb, kind] = macro
    const [first, ...rest] = call.args
    const pairs = verb === 'describe_' ? [] : rest
    // `counter!("x", 1, "label" => value)` of older versions gives the amount in front.
    const hasAmount = pairs.length % 2 === 1 && verb !== 'increment_'
    const labels = labelsOf(hasAmount ? pairs.slice(1) : pairs, call)
    const declared = call.declare({
      names: call.texts(first)?.map((text) => text.replace(/[^a-zA-Z0-9_:]/g, '_')),
      type: kind as 'counter',
      help: verb === 'describe_' ? call.texts(rest.at(-1))?.[0] : undefined,
      labels: undefined,
      library: 'metrics',
      isShared: true,
    })
    const metrics = call.metrics(declared)
    for (const { metric } of metrics)
      metric.labels = [...new Set([...(metric.labels ?? []), ...(labels?.keys() ?? [])])]
    if (verb === 'describe_') return noValues
    if (verb || hasAmount) {
      for (const metric of metrics)
        call.record(
          metric,
          verb === 'decrement_'
            ? 'decrement'
            : kind === 'gauge' && !verb
              ? 'set'
              : kind === 'histogram'
                ? 'observe'
                : 'increment',
          labels,
        )
      return noValues
    }
    const bound = metrics.map((metric) => call.bind(metric, { byName: labels, count: undefined }))
    return unionOf(bound)
  },
  use(metric, name, call) {
    if (metric.metric.library !== 'metrics') return undefined
    const by = (
      {
        increment: 'increment',
        decrement: 'decrement',
        absolute: 'set',
        set: 'set',
        record: 'observe',
        record_many: 'observe',
      } as const
    )[name]
    if (by === undefined) return undefined
    call.record(metric, by)
    return noValues
  },
}

function labelsOf(pairs: readonly Expression[], call: CallSite): LabelSet['byName'] {
  const byName = new Map<string, LabelValue>()
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const [key] = call.texts(pairs[index]) ?? []
    const value = pairs[index + 1] as Expression
    if (key === undefined) return undefined
    byName.set(key, call.labelValue(value))
  }
  return byName
}

function unionOf(sets: readonly (Values | undefined)[]): Values {
  return new Set(sets.flatMap((values) => [...(values ?? [])]))
}
