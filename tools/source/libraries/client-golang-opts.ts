import { textsOf } from '../interpret/value-sets.ts'
import type { Values } from '../interpret/values.ts'
import { nonEmpty } from './arguments.ts'
import type { CallSite } from './library.ts'

/** `NewCounterVec(prometheus.CounterOpts{…}, labels)` and its like. */
export function declareOpts(kind: string, variant: string | undefined, call: CallSite): Values {
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
