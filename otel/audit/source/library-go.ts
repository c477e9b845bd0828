import { textsOf, union } from './interpreter.ts'
import type { CallSite, MetricsLibrary } from './library.ts'
import { byPosition, isNegative, nonEmpty } from './library-javascript.ts'
import { noValues, type Values } from './values.ts'

const root = 'github.com/prometheus/client_golang/prometheus'

/** client_golang: constructors take `Opts`, vectors a list of labels as well; promauto registers at once. */
export const clientGolang: MetricsLibrary = {
  call(path, call) {
    if (!path.startsWith(root)) return undefined
    const called = path.slice(path.lastIndexOf('.') + 1)
    const first = call.argument(undefined, 0)
    const made = /^New(Counter|Gauge|Histogram|Summary|Untyped)(Vec|Func)?$/.exec(called)
    if (made) return declareOpts(made[1] as string, made[2], call)
    switch (called) {
      // `promauto.With(registry)` and `promauto.Factory` have the same makers.
      case 'With':
        return call.external(`${root}/promauto`)
      case 'BuildFQName': {
        const parts = [0, 1, 2].map((index) => call.texts(call.argument(undefined, index)) ?? [])
        const names = parts.every(({ length }) => length === 1)
          ? parts.map(([text]) => text).filter(Boolean)
          : []
        return names.length > 0 ? call.text(names.join('_')) : noValues
      }
      case 'NewDesc':
        return call.declare({
          names: call.texts(first),
          type: 'unknown',
          help: call.texts(call.argument(undefined, 1))?.[0],
          labels: isNil(call.argument(undefined, 2)?.text) ? [] : call.list(call.argument(undefined, 2)),
          library: 'client_golang',
        })
      case 'MustNewConstMetric':
      case 'NewConstMetric':
        return constMetric(call)
      case 'MustNewConstHistogram':
      case 'NewConstHistogram':
      case 'MustNewConstSummary':
        for (const metric of call.metrics(call.values(first))) {
          metric.metric.type = called.endsWith('Histogram') ? 'histogram' : 'summary'
          call.record(metric, 'observe')
        }
        return noValues
      case 'NewTimer': {
        for (const metric of call.metrics(call.values(first))) call.record(metric, 'time')
        return noValues
      }
      default:
        // Middleware of promhttp records what it is given.
        if (path.startsWith(`${root}/promhttp.Instrument`)) {
          for (const metric of call.metrics(union(call.args.map((arg) => call.values(arg)))))
            call.record(
              metric,
              called.includes('InFlight')
                ? 'set'
                : metric.metric.type === 'counter'
                  ? 'increment'
                  : 'observe',
            )
        }
        return undefined
    }
  },
  use(metric, name, call) {
    if (metric.metric.library !== 'client_golang') return undefined
    const [first] = call.args
    switch (name) {
      case 'WithLabelValues':
      case 'GetMetricWithLabelValues':
        return call.bind(metric, byPosition(metric, call, call.args))
      case 'With':
      case 'GetMetricWith':
      case 'CurryWith':
      case 'MustCurryWith': {
        const labels = { byName: call.entries(first), count: undefined }
        if (/Curry/.test(name)) return new Set([metric])
        return call.bind(metric, labels)
      }
      case 'Inc':
        call.record(metric, 'increment')
        return noValues
      case 'Dec':
        call.record(metric, 'decrement')
        return noValues
      case 'Add':
      case 'Sub': {
        const isDown = (name === 'Sub') !== isNegative(first)
        call.record(
          metric,
          isDown
            ? 'decrement'
            : metric.metric.type === 'counter'
              ? 'increment'
              : first?.kind === 'number'
                ? 'increment'
                : 'add',
        )
        return noValues
      }
      case 'Set':
      case 'SetToCurrentTime':
        call.record(metric, 'set')
        return noValues
      case 'Observe':
      case 'ObserveWithExemplar':
        call.record(metric, 'observe')
        return noValues
      case 'AddWithExemplar':
        call.record(metric, 'increment')
        return noValues
      case 'Reset':
      case 'Delete':
      case 'DeleteLabelValues':
      case 'Describe':
      case 'Collect':
      case 'Desc':
        return noValues
      default:
        return undefined
    }
  },
}

function declareOpts(kind: string, variant: string | undefined, call: CallSite): Values {
  const opts = call.argument(undefined, 0)
  const of = (field: string) => textsOf(call.field(opts, field))
  const namespaces = of('Namespace')
  const subsystems = of('Subsystem')
  const names = of('Name').map((name) => [namespaces[0], subsystems[0], name].filter(Boolean).join('_'))
  const hasUnknownPrefix = ['Namespace', 'Subsystem'].some((field) => writesUnknown(opts, field, of))
  const labels = call.argument(undefined, 1)
  const declared = call.declare({
    names: namespaces.length > 1 || subsystems.length > 1 || hasUnknownPrefix ? undefined : nonEmpty(names),
    type: kind === 'Untyped' ? 'unknown' : (kind.toLowerCase() as 'counter'),
    help: of('Help')[0],
    labels: variant === 'Vec' ? call.list(labels) : [],
    library: 'client_golang',
  })
  if (variant === 'Func') for (const metric of call.metrics(declared)) call.record(metric, 'set')
  return declared
}

/** A prefix that is given, but cannot be told. */
function writesUnknown(
  opts: ReturnType<CallSite['argument']>,
  field: string,
  of: (field: string) => readonly string[],
): boolean {
  if (opts?.kind !== 'object') return false
  return opts.fields.some(({ key, value }) => key === field && value.text !== '""') && of(field).length === 0
}

function constMetric(call: CallSite): Values {
  const type = call.argument(undefined, 1)?.text ?? ''
  const labels = call.args.slice(3)
  for (const metric of call.metrics(call.values(call.argument(undefined, 0)))) {
    if (type.endsWith('CounterValue')) metric.metric.type = 'counter'
    if (type.endsWith('GaugeValue')) metric.metric.type = 'gauge'
    const given = byPosition(metric, call, labels)
    call.useLabels(metric, given)
    call.record(metric, 'set', given.byName)
  }
  return noValues
}

function isNil(text: string | undefined): boolean {
  return text === undefined || text === 'nil'
}
