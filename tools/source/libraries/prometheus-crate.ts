import { noValues } from '../interpret/values.ts'
import type { Expression } from '../program.ts'
import { byPosition, isNegative } from './arguments.ts'
import type { MetricsLibrary } from './library.ts'
import { namedBy, opts, registered, withPrefix } from './prometheus-opts.ts'

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
  method: withPrefix,
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

function unwrapped(expression: Expression | undefined): Expression | undefined {
  return expression?.kind === 'any' && expression.of.length === 1 ? unwrapped(expression.of[0]) : expression
}
