import { withoutTotal } from '@tidegauge/otel/naming'
import { textsOf } from '../interpret/value-sets.ts'
import { type MetricValue, noValues, type Values } from '../interpret/values.ts'
import type { LabelSet, LabelValue } from '../source-metric.ts'
import { byPosition, isNegative, nonEmpty } from './arguments.ts'
import type { CallSite, MetricsLibrary } from './library.ts'

/** prometheus_client: counters get `_total`, `Info` and `Enum` are gauges in the end. */
export const prometheusClient: MetricsLibrary = {
  call(path, call) {
    const [, kind] = /^prometheus_client(?:\.\w+)*\.(\w+)$/.exec(path) ?? []
    if (kind === undefined) return undefined
    if (/^(Counter|Gauge|Histogram|Summary|Info|Enum)$/.test(kind)) return declare(kind, call)
    const family = /^(Counter|Gauge|Histogram|Summary|Info)MetricFamily$/.exec(kind)?.[1]
    if (family) {
      const declared = declare(family, call, 'labels')
      for (const metric of call.metrics(declared)) call.record(metric, 'set')
      return declared
    }
    return undefined
  },
  use(metric, name, call) {
    const { library, type } = metric.metric
    if (library !== 'prometheus_client') return undefined
    const amount = call.argument('amount', 0)
    switch (name) {
      case 'labels':
        return call.bind(metric, labelsOf(metric, call))
      case 'inc':
        call.record(metric, isNegative(amount) ? 'decrement' : 'increment')
        return noValues
      case 'dec':
        call.record(metric, isNegative(amount) ? 'increment' : 'decrement')
        return noValues
      case 'set':
      case 'set_to_current_time':
      case 'set_function':
      case 'state':
      case 'info':
        call.record(metric, 'set')
        return noValues
      case 'observe':
        call.record(metric, 'observe')
        return noValues
      case 'time':
        call.record(metric, type === 'gauge' ? 'set' : 'time')
        return noValues
      case 'count_exceptions':
        call.record(metric, 'increment')
        return noValues
      case 'track_inprogress':
        // Up when it begins, down when it ends.
        call.record(metric, 'add')
        return noValues
      case 'add_metric':
      case 'remove':
      case 'clear':
      case 'collect':
      case 'describe':
        return noValues
      case 'reset':
        call.record(metric, 'reset')
        return noValues
      default:
        return undefined
    }
  },
}

function declare(kind: string, call: CallSite, labelsArgument = 'labelnames'): Values {
  const of = (name: string) => call.texts(call.argument(name, 99))
  const [first, second] = [call.argument('name', 0), call.argument('documentation', 1)]
  const prefixes = ['namespace', 'subsystem'].map((name) => ({
    isPassed: call.argument(name, 99) !== undefined && call.argument(name, 99)?.text !== "''",
    texts: of(name) ?? [],
  }))
  const isTold = prefixes.every(({ isPassed, texts }) => !isPassed || texts.length === 1)
  const unit = of('unit')?.[0]
  const names = call
    .texts(first)
    ?.map((name) =>
      exposed([...prefixes.flatMap(({ texts }) => texts.filter(Boolean)), name].join('_'), kind, unit),
    )
  const labels = call.argument(labelsArgument, 2)
  return call.declare({
    names: isTold ? nonEmpty(names ?? []) : undefined,
    type: kind === 'Info' || kind === 'Enum' ? 'gauge' : (kind.toLowerCase() as 'counter'),
    help: textsOf(call.values(second))[0],
    labels: kind === 'Info' ? undefined : labels ? call.list(labels) : [],
    library: 'prometheus_client',
  })
}

function exposed(name: string, kind: string, unit: string | undefined): string {
  const bare = kind === 'Counter' ? withoutTotal(name) : name
  const withUnit = unit && !bare.endsWith(`_${unit}`) ? `${bare}_${unit}` : bare
  if (kind === 'Counter') return `${withUnit}_total`
  return kind === 'Info' ? `${withUnit.replace(/_info$/, '')}_info` : withUnit
}

function labelsOf(metric: MetricValue, call: CallSite): Omit<LabelSet, 'file' | 'line'> {
  if (!call.hasNamed()) return byPosition(metric, call, call.args)
  const byName = new Map<string, LabelValue>()
  for (const { key, value } of call.namedArguments) {
    if (key === undefined) return { byName: undefined, count: undefined }
    byName.set(key, call.labelValue(value))
  }
  return { byName, count: undefined }
}
