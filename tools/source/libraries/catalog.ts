import { prometheusLabelName, prometheusName, valueUnit } from '@tidegauge/otel/naming'
import { textsOf, union } from '../interpret/value-sets.ts'
import { type MetricValue, noValues, type Values } from '../interpret/values.ts'
import type { LabelValue } from '../source-metric.ts'
import { nonEmpty } from './arguments.ts'
import { escaped } from './attributes.ts'
import type { CallSite, MetricsLibrary } from './library.ts'

/** Our own catalog: a definition is an object; `bind`, `observe` and `timed` make it an instrument. */
export const catalogLibrary: MetricsLibrary = {
  typed(type, call) {
    if (type !== 'MetricDefinition') return undefined
    const objects = call.values(call.expression)
    const [object] = objects
    if (objects.size !== 1 || object?.kind !== 'object') return undefined
    const of = (name: string) => textsOf(object.fields.get(name)?.values ?? noValues)
    const [instrument] = of('instrument')
    if (instrument === undefined) return undefined
    const streams = object.fields.get('stream')?.values ?? noValues
    const stream = [...streams].find((value) => value.kind === 'object')
    const [unit = ''] = of('unit')
    const attributes = [
      ...((stream ? stream.fields.get('attributes') : object.fields.get('attributes'))?.values ?? []),
    ]
    const fields = attributes.flatMap((value) => (value.kind === 'object' ? [...value.fields] : []))
    const values = new Map(
      fields.map(([key, slot]) => [
        prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'),
        stream ? undefined : call.listOf(slot.values),
      ]),
    )
    const names = stream ? textsOf(stream.fields.get('name')?.values ?? noValues) : of('name')
    const [declared] = call.declare({
      names: nonEmpty(names)?.map((name) =>
        prometheusName({ name, unit, instrument: instrument as 'counter' }),
      ),
      type: instrument === 'upDownCounter' ? 'gauge' : (instrument as 'counter'),
      help: of('description')[0],
      unit: valueUnit({ unit, instrument: instrument as 'counter' }) || undefined,
      labels: [...values.keys()],
      values,
      library: 'catalog',
      isRecordedElsewhere: stream !== undefined || (object.fields.get('recordedBy')?.values.size ?? 0) > 0,
    })
    if (declared?.kind === 'metric') object.defines = declared
    return objects
  },
  use(metric, name, call) {
    // What `timed` has made is called with attributes and the work that it measures.
    if (metric.metric.library !== 'catalog' || name !== '' || metric.isGuess) return undefined
    const attributes = call.argument(undefined, 0)
    const byName = escaped(metric, call.entries(attributes))
    if (attributes) call.noteLabels(metric, { byName, count: undefined })
    // It adds the reason of a failure itself.
    const reason: LabelValue = { literal: undefined, text: 'reason' }
    call.record(metric, measured(metric), byName && new Map([...byName, ['reason', reason]]))
    return call.invoke(call.values(call.argument(undefined, 1)), [])
  },
  own(file, name, call) {
    return isMeter(file) ? instrumented(name, call) : undefined
  },
  isInside: isMeter,
  call(path, call) {
    const [, name] = /^@tidegauge\/otel\.(\w+)$/.exec(path) ?? []
    const result = instrumented(name, call)
    if (result) return result
    // What `timed` has made carries its metrics.
    return undefined
  },
}

function measured({ metric }: MetricValue): 'observe' | 'increment' {
  return metric.type === 'histogram' ? 'observe' : 'increment'
}

function isMeter(file: string): boolean {
  return /(^|\/)meter\/(bind|observe|timed)\.[jt]s$/.test(file)
}

function instrumented(name: string | undefined, call: CallSite): Values | undefined {
  const second = call.argument(undefined, 1)
  switch (name) {
    case 'bind':
    case 'bindUnsampled':
      return new Set(call.metrics(call.values(second)))
    case 'observe': {
      for (const metric of call.metrics(call.values(second))) call.record(metric, 'set')
      call.invoke(call.values(call.argument(undefined, 2)), [])
      return noValues
    }
    case 'timed': {
      const fields = ['runs', 'errors', 'duration'].map((field) => call.field(second, field))
      const metrics = call.metrics(union(fields))
      for (const metric of metrics) call.record(metric, measured(metric))
      return new Set(metrics)
    }
    default:
      return undefined
  }
}
