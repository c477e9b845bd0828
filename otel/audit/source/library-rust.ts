import { textsOf } from './interpreter.ts'
import type { CallSite, MetricsLibrary } from './library.ts'
import { byPosition, isNegative, nonEmpty } from './library-javascript.ts'
import type { Expression } from './program.ts'
import type { GivenLabels, GivenValue } from './source-metric.ts'
import { noValues, type Values } from './values.ts'

/** The `prometheus` crate: macros that register, constructors that take `Opts`. */
export const prometheusCrate: MetricsLibrary = {
  call(path, call) {
    const called = path.slice(path.lastIndexOf('.') + 1)
    const macro = /^register_(?:int_)?(counter|gauge|histogram)(_vec)?(?:_with_registry)?!$/.exec(called)
    if (macro) return registered(macro[1] as 'counter', macro[2] !== undefined, call)
    if (/^(histogram_)?opts!$/.test(called)) return opts(call)
    if (!path.startsWith('prometheus.')) return undefined
    if (/\.(Histogram)?Opts\.new$/.test(path)) return opts(call)
    const made = /\.(?:Generic)?(?:Int)?(Counter|Gauge|Histogram)(Vec)?\.(new|with_opts)$/.exec(path)
    if (!made) return undefined
    const first = call.argument(undefined, 0)
    const labels = call.argument(undefined, 1)
    const isVector = made[2] !== undefined
    const direct = made[3] === 'new' && !isVector ? call.texts(first) : undefined
    const named = direct ? { names: direct, help: call.texts(labels)?.[0] } : namedBy(first, call)
    return call.declare({
      ...named,
      type: made[1]?.toLowerCase() as 'counter',
      labels: isVector ? call.list(labels) : [],
      library: 'prometheus',
    })
  },
  method(name, receivers, call) {
    if (
      !/^(namespace|subsystem|const_label|const_labels|variable_label|variable_labels|buckets|common_opts)$/.test(
        name,
      )
    )
      return undefined
    const objects = [...receivers].filter((value) => value.kind === 'object')
    if (objects.length === 0) return undefined
    const prefix = call.values(call.argument(undefined, 0))
    if (name === 'namespace' || name === 'subsystem') {
      return call.object({
        name: unionOf(objects.map(({ fields }) => fields.get('name')?.values)),
        help: unionOf(objects.map(({ fields }) => fields.get('help')?.values)),
        namespace:
          name === 'namespace'
            ? prefix
            : unionOf(objects.map(({ fields }) => fields.get('namespace')?.values)),
        subsystem:
          name === 'subsystem'
            ? prefix
            : unionOf(objects.map(({ fields }) => fields.get('subsystem')?.values)),
      })
    }
    return receivers
  },
  use(metric, name, call) {
    if (metric.metric.library !== 'prometheus') return undefined
    const [first] = call.args
    switch (name) {
      case 'with_label_values':
      case 'get_metric_with_label_values': {
        const list = unwrapped(first)
        if (list?.kind !== 'list') return call.bind(metric, { byName: undefined, count: undefined })
        return call.bind(metric, byPosition(metric, call, list.items))
      }
      case 'with':
      case 'get_metric_with':
        return call.bind(metric, { byName: undefined, count: undefined })
      case 'inc':
        call.record(metric, 'increment')
        return noValues
      case 'dec':
        call.record(metric, 'decrement')
        return noValues
      case 'inc_by':
      case 'add':
      case 'sub':
        call.record(
          metric,
          (name === 'sub') !== isNegative(first)
            ? 'decrement'
            : metric.metric.type === 'gauge' && name === 'add' && first?.kind !== 'number'
              ? 'add'
              : 'increment',
        )
        return noValues
      case 'set':
        call.record(metric, 'set')
        return noValues
      case 'observe':
        call.record(metric, 'observe')
        return noValues
      case 'start_timer':
      case 'observe_closure_duration':
      case 'start_coarse_timer':
        call.record(metric, 'time')
        return noValues
      case 'reset':
        call.record(metric, 'reset')
        return noValues
      case 'get':
      case 'remove_label_values':
      case 'collect':
        return noValues
      default:
        return undefined
    }
  },
}

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

function registered(type: 'counter', isVector: boolean, call: CallSite): Values {
  const [first, second, third] = call.args
  const texts = call.texts(first)
  // The short form begins with name and help, the other with options.
  const named = texts ? { names: nonEmpty(texts), help: call.texts(second)?.[0] } : namedBy(first, call)
  const labels = texts ? third : second
  return call.declare({ ...named, type, labels: isVector ? call.list(labels) : [], library: 'prometheus' })
}

function opts(call: CallSite): Values {
  return call.object({
    name: call.values(call.argument(undefined, 0)),
    help: call.values(call.argument(undefined, 1)),
  })
}

function namedBy(
  from: Expression | undefined,
  call: CallSite,
): { names: readonly string[] | undefined; help: string | undefined } {
  const of = (field: string) => textsOf(call.field(from, field))
  const names = of('name').map((name) =>
    [of('namespace')[0], of('subsystem')[0], name].filter(Boolean).join('_'),
  )
  return { names: nonEmpty(names), help: of('help')[0] }
}

function labelsOf(pairs: readonly Expression[], call: CallSite): GivenLabels['byName'] {
  const byName = new Map<string, GivenValue>()
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const [key] = call.texts(pairs[index]) ?? []
    const value = pairs[index + 1] as Expression
    if (key === undefined) return undefined
    byName.set(key, call.given(value))
  }
  return byName
}

function unwrapped(expression: Expression | undefined): Expression | undefined {
  return expression?.kind === 'any' && expression.of.length === 1 ? unwrapped(expression.of[0]) : expression
}

function unionOf(sets: readonly (Values | undefined)[]): Values {
  return new Set(sets.flatMap((values) => [...(values ?? [])]))
}
