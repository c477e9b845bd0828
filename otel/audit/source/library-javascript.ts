import { prometheusLabelName, prometheusName } from '../../prometheus/name.ts'
import { textsOf, union } from './interpreter.ts'
import type { CallSite, MetricsLibrary } from './library.ts'
import type { Expression } from './program.ts'
import type { GivenLabels } from './source-metric.ts'
import { type MetricValue, noValues, type Values } from './values.ts'

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
      unit: unit === '' ? undefined : unit,
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
        if (attributes) call.useLabels(metric, { byName: labels, count: undefined })
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
        if (attributes) call.useLabels(metric, { byName: labels, count: undefined })
        return noValues
      }
      default:
        return undefined
    }
  },
}

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
      unit: unit === '' ? undefined : unit,
      labels: [...values.keys()],
      values,
      library: 'catalog',
      isRecordedElsewhere: stream !== undefined || (object.fields.get('recordedBy')?.values.size ?? 0) > 0,
    })
    if (declared?.kind === 'metric') object.defines = declared
    return objects
  },
  own(file, name, call) {
    return isMeter(file) ? instrumented(name, call) : undefined
  },
  isInside: isMeter,
  call(path, call) {
    const [, name] = /^tidegauge\/otel\.(\w+)$/.exec(path) ?? []
    const result = instrumented(name, call)
    if (result) return result
    // What `timed` has made carries its metrics.
    return undefined
  },
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
      for (const metric of metrics)
        call.record(metric, metric.metric.type === 'histogram' ? 'observe' : 'increment')
      return noValues
    }
    default:
      return undefined
  }
}

function promLabels(metric: MetricValue, call: CallSite): Omit<GivenLabels, 'file' | 'line'> {
  const [first] = call.args
  if (call.args.length === 1 && first?.kind === 'object')
    return { byName: call.entries(first), count: undefined }
  const isOneObject = call.args.length === 1 && first && (first.kind === 'name' || first.kind === 'call')
  if (isOneObject || call.args.some(({ kind }) => kind === 'spread'))
    return { byName: undefined, count: undefined }
  return byPosition(metric, call, call.args)
}

/** Labels that are given in the order of their declaration. */
export function byPosition(
  { metric }: MetricValue,
  call: CallSite,
  args: readonly Expression[],
): Omit<GivenLabels, 'file' | 'line'> {
  if (args.some(({ kind }) => kind === 'spread')) return { byName: undefined, count: undefined }
  const { labels } = metric
  if (labels === undefined || labels.length !== args.length) return { byName: undefined, count: args.length }
  const byName = new Map(labels.map((label, index) => [label, call.given(args[index] as Expression)]))
  return { byName, count: args.length }
}

function give(metric: MetricValue, byName: GivenLabels['byName'], isGiven: boolean, call: CallSite): void {
  if (isGiven && byName !== undefined) call.useLabels(metric, { byName, count: undefined })
}

function escaped({ metric }: MetricValue, byName: GivenLabels['byName']): GivenLabels['byName'] {
  if (byName === undefined) return undefined
  const names = new Map(
    [...byName].map(([key, value]) => [prometheusLabelName(key, 'UnderscoreEscapingWithSuffixes'), value]),
  )
  // OpenTelemetry declares no labels: they are those that are recorded.
  if (metric.library === 'opentelemetry')
    metric.labels = [...new Set([...(metric.labels ?? []), ...names.keys()])]
  return names
}

function added(call: CallSite): 'increment' | 'decrement' | 'add' {
  const amount = call.argument(undefined, 0)
  if (isNegative(amount)) return 'decrement'
  return amount?.kind === 'number' ? 'increment' : 'add'
}

export function isNegative(amount: Expression | undefined): boolean {
  return amount !== undefined && /^-\s*[\d.]+$/.test(amount.text)
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

export function nonEmpty(texts: readonly string[]): readonly string[] | undefined {
  return texts.length > 0 ? texts : undefined
}
