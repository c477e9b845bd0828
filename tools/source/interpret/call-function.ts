import type { Called } from './called.ts'
import { invokeFunction } from './functions.ts'
import type { Run } from './run.ts'
import { type FunctionValue, noValues, type Values } from './values.ts'

/** Calls a function of the program, unless it is one that a library knows better. */
export function callFunction(run: Run, value: FunctionValue, called: Called): Values {
  const { expression, scope, receivers, site } = called
  const { declared } = value
  for (const library of run.libraries) {
    const own = library.own?.(declared.file, declared.name, site)
    if (own) return own
  }
  const self = value.self
    ? undefined
    : [...receivers].find(({ kind }) => kind === 'object' || kind === 'instance')
  return invokeFunction(run, value, givenArguments(run, value, called), expression, scope, self)
}

/** In the order of the parameters. */
function givenArguments(run: Run, value: FunctionValue, called: Called): readonly Values[] {
  const args = called.expression.named.length > 0 ? withNamed(run, value, called) : called.args
  // `Type::method(receiver, …)` of Rust gives the receiver as an argument.
  const isStatic = [...called.receivers].some(({ kind }) => kind === 'class')
  return isStatic && value.declared.isMethod && value.scope.module.language === 'rust' ? args.slice(1) : args
}

function withNamed(run: Run, { declared }: FunctionValue, { expression, args, scope }: Called): Values[] {
  const all = [...args]
  for (const { key, value } of expression.named) {
    const index = declared.parameters.findIndex(({ target }) => target.kind === 'name' && target.name === key)
    if (index >= 0) all[index] = run.evaluate(value, scope)
  }
  return declared.parameters.map((_, index) => all[index] ?? noValues)
}
