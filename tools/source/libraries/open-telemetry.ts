import { prometheusName, valueUnit } from '@tidegauge/otel/naming'
import { textsOf } from '../interpret/value-sets.ts'
import { noValues } from '../interpret/values.ts'
import { isNegative } from './arguments.ts'
import { escaped } from './attributes.ts'
import type { CallSite, MetricsLibrary } from './library.ts'

/** OpenTelemetry: instruments are made by methods of a meter, and declare no labels. */
export const openTelemetry: MetricsLibrary = {
  method(name, _receivers, call) {
    if (name === 'addBatchObservableCallback') {
      const listed = call.values(call.argument(undefined, 1))
      const metrics = [...listed].flatMap((value) =>
        value.kind === 'object' ? call.metrics(value.rest.values) : [],
      )
      for (const metric of metrics) call.record(metric, 'set')
      return noValues
    }
    const [, isObservable, kind] =
      /^create(Observable)?(Counter|UpDownCounter|Gauge|Histogram)$/.exec(name) ?? []
    const first = call.argument(undefined, 0)
    if (kind === undefined || first === undefined) return undefined
    const options = call.argument(undefined, 1)
    const unit = textsOf(call.field(options, 'unit'))[0] ?? ''
    const instrument = (kind.charAt(0).toLowerCase() + kind.slice(1)) as 'counter'
    return call.declare({
      names: call.texts(first)?.map((text) => prometheusName({ name: text, unit, instrument })),
      type: kind === 'UpDownCounter' ? 'gauge' : (kind.toLowerCase() as 'counter'),
      help: textsOf(call.field(options, 'description'))[0],
      unit: valueUnit({ unit, instrument }) || undefined,
      labels: isObservable ? undefined : [],
      library: 'opentelemetry',
    })
  },
  use(metric, name, call) {
    const { library, type } = metric.metric
    if (library !== 'opentelemetry' && library !== 'catalog') return undefined
    switch (name) {
      case 'bind':
        return library === 'catalog'
          ? call.bind(metric, {
              byName: escaped(metric, call.entries(call.argument(undefined, 0))),
              count: undefined,
            })
          : undefined
      case 'add':
      case 'record': {
        const attributes = call.argument(undefined, 1)
        const labels = escaped(metric, call.entries(attributes))
        if (attributes) call.noteLabels(metric, { byName: labels, count: undefined })
        call.record(
          metric,
          name === 'record' ? (type === 'histogram' ? 'observe' : 'set') : added(call),
          labels,
        )
        return noValues
      }
      case 'addCallback': {
        call.record(metric, 'set')
        call.invoke(call.values(call.argument(undefined, 0)), [new Set([metric])])
        return noValues
      }
      // On what a callback is given to observe with.
      case 'observe': {
        const attributes = call.argument(undefined, 1)
        const labels = escaped(metric, call.entries(attributes))
        if (attributes) call.noteLabels(metric, { byName: labels, count: undefined })
        return noValues
      }
      default:
        return undefined
    }
  },
}

function added(call: CallSite): 'increment' | 'decrement' | 'add' {
  const amount = call.argument(undefined, 0)
  if (isNegative(amount)) return 'decrement'
  return amount?.kind === 'number' ? 'increment' : 'add'
}
