import { textsOf } from '../interpret/value-sets.ts'
import { type MetricValue, noValues } from '../interpret/values.ts'
import type { Expression } from '../program.ts'
import type { LabelSet } from '../source-metric.ts'
import { byPosition, isNegative, nonEmpty } from './arguments.ts'
import type { CallSite, MetricsLibrary } from './library.ts'

/** prom-client: metrics are constructed from an object with name, help and labelNames. */
export const promClient: MetricsLibrary = {
  call(path, call) {
    const [, kind] = /^prom-client(?:\.default)?\.(Counter|Gauge|Histogram|Summary)$/.exec(path) ?? []
    if (kind === undefined) return undefined
    const config = call.argument(undefined, 0)
    const isObject = config?.kind !== 'string'
    const of = (name: string, position: number) =>
      isObject ? call.field(config, name) : call.values(call.argument(undefined, position))
    const labels = of('labelNames', 2)
    const declared = call.declare({
      names: nonEmpty(textsOf(of('name', 0))),
      type: kind.toLowerCase() as 'counter',
      help: textsOf(of('help', 1))[0],
      labels: labels.size === 0 && config && isComplete(config) ? [] : call.listOf(labels),
      library: 'prom-client',
    })
    // `collect` sets the value itself when the metric is read.
    const collect = call.field(config, 'collect')
    for (const value of declared) {
      call.invoke(collect, [declared], value)
      if (collect.size > 0 && value.kind === 'metric') call.record(value, 'set')
    }
    return declared
  },
  use(metric, name, call) {
    if (metric.metric.library !== 'prom-client') return undefined
    const first = call.argument(undefined, 0)
    const byObject = first !== undefined && !isNumeric(first) && first.kind !== 'string'
    const labels = byObject ? call.entries(first) : undefined
    const amount = byObject ? call.argument(undefined, 1) : first
    switch (name) {
      case 'labels':
        return first === undefined ? new Set([metric]) : call.bind(metric, promLabels(metric, call))
      case 'inc':
      case 'dec': {
        const isDown = (name === 'dec') !== isNegative(amount)
        give(metric, labels, byObject, call)
        call.record(metric, isDown ? 'decrement' : 'increment', labels)
        return noValues
      }
      case 'set':
      case 'setToCurrentTime':
        give(metric, labels, byObject, call)
        call.record(metric, 'set', labels)
        return noValues
      case 'observe':
        give(metric, labels, byObject, call)
        call.record(metric, 'observe', labels)
        return noValues
      case 'startTimer':
        give(metric, labels, byObject, call)
        call.record(metric, metric.metric.type === 'gauge' ? 'set' : 'time', labels)
        return noValues
      case 'reset':
        call.record(metric, 'reset')
        return noValues
      case 'remove':
      case 'get':
        return noValues
      default:
        return undefined
    }
  },
}

function promLabels(metric: MetricValue, call: CallSite): Omit<LabelSet, 'file' | 'line'> {
  const [first] = call.args
  if (call.args.length === 1 && first?.kind === 'object')
    return { byName: call.entries(first), count: undefined }
  const isOneObject = call.args.length === 1 && first && (first.kind === 'name' || first.kind === 'call')
  if (isOneObject || call.args.some(({ kind }) => kind === 'spread'))
    return { byName: undefined, count: undefined }
  return byPosition(metric, call, call.args)
}

function give(metric: MetricValue, byName: LabelSet['byName'], isPassed: boolean, call: CallSite): void {
  if (isPassed && byName !== undefined) call.noteLabels(metric, { byName, count: undefined })
}

function isNumeric({ kind, text }: Expression): boolean {
  return (
    kind === 'number' ||
    kind === 'opaque' ||
    kind === 'join' ||
    /^-?[\d.]/.test(text) ||
    kind === 'get' ||
    kind === 'call'
  )
}

function isComplete(config: Expression): boolean {
  return config.kind === 'object' && config.fields.every(({ key }) => key !== undefined)
}
