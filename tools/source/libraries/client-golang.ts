import { union } from '../interpret/value-sets.ts'
import { noValues, type Values } from '../interpret/values.ts'
import { byPosition, isNegative } from './arguments.ts'
import { declareOpts } from './client-golang-opts.ts'
import type { CallSite, MetricsLibrary } from './library.ts'

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

function constMetric(call: CallSite): Values {
  const type = call.argument(undefined, 1)?.text ?? ''
  const labels = call.args.slice(3)
  for (const metric of call.metrics(call.values(call.argument(undefined, 0)))) {
    if (type.endsWith('CounterValue')) metric.metric.type = 'counter'
    if (type.endsWith('GaugeValue')) metric.metric.type = 'gauge'
    const labelSet = byPosition(metric, call, labels)
    call.noteLabels(metric, labelSet)
    call.record(metric, 'set', labelSet.byName)
  }
  return noValues
}

function isNil(text: string | undefined): boolean {
  return text === undefined || text === 'nil'
}
