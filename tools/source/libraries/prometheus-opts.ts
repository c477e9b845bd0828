import { textsOf } from '../interpret/value-sets.ts'
import type { Values } from '../interpret/values.ts'
import type { Expression } from '../program.ts'
import { nonEmpty } from './arguments.ts'
import type { CallSite } from './library.ts'

/** A macro that makes and registers a metric. */
export function registered(type: 'counter', isVector: boolean, call: CallSite): Values {
  const [first, second, third] = call.args
  const texts = call.texts(first)
  // The short form begins with name and help, the other with options.
  const named = texts ? { names: nonEmpty(texts), help: call.texts(second)?.[0] } : namedBy(first, call)
  const labels = texts ? third : second
  return call.declare({ ...named, type, labels: isVector ? call.list(labels) : [], library: 'prometheus' })
}

/** `Opts` as an object with name and help. */
export function opts(call: CallSite): Values {
  return call.object({
    name: call.values(call.argument(undefined, 0)),
    help: call.values(call.argument(undefined, 1)),
  })
}

/** Options that are built up by calls: `Opts::new(…).namespace(…)`. */
export function withPrefix(name: string, receivers: Values, call: CallSite): Values | undefined {
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
        name === 'namespace' ? prefix : unionOf(objects.map(({ fields }) => fields.get('namespace')?.values)),
      subsystem:
        name === 'subsystem' ? prefix : unionOf(objects.map(({ fields }) => fields.get('subsystem')?.values)),
    })
  }
  return receivers
}

/** Name and help of a metric that is made from `Opts`. */
export function namedBy(
  from: Expression | undefined,
  call: CallSite,
): { names: readonly string[] | undefined; help: string | undefined } {
  const of = (field: string) => textsOf(call.field(from, field))
  const names = of('name').map((name) =>
    [of('namespace')[0], of('subsystem')[0], name].filter(Boolean).join('_'),
  )
  return { names: nonEmpty(names), help: of('help')[0] }
}

function unionOf(sets: readonly (Values | undefined)[]): Values {
  return new Set(sets.flatMap((values) => [...(values ?? [])]))
}
