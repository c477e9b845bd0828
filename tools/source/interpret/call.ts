import { callFunction } from './call-function.ts'
import { createCallSite } from './call-site.ts'
import type { Called } from './called.ts'
import { construct } from './classes.ts'
import { passThrough } from './invoke.ts'
import { memberOf } from './members.ts'
import { pathOf } from './path.ts'
import { evaluateRequire } from './require.ts'
import type { Run } from './run.ts'
import { union } from './value-sets.ts'
import { type MetricValue, noValues, type Scope, type Value, type Values } from './values.ts'

/** Calls what the callee may be: functions and classes of the program, methods of metrics, and what libraries know. */
export function evaluateCall(run: Run, expression: Called['expression'], scope: Scope): Values {
  const { callee, named } = expression
  if (callee.kind === 'name' && callee.name === 'require' && scope.module.language === 'javascript')
    return evaluateRequire(run, expression, scope)
  const args = expression.args.map((arg) => run.evaluate(arg, scope))
  for (const { value } of named) run.evaluate(value, scope)
  const site = createCallSite({ run, expression, args: expression.args, named, scope })
  if (callee.kind === 'name' && callee.name === 'super')
    return callSuper(run, { expression, scope, receivers: noValues, args, site })

  const receivers = callee.kind === 'get' ? run.evaluate(callee.of, scope) : noValues
  const called = { expression, scope, receivers, args, site }
  const callees = callee.kind === 'get' ? memberOf(run, receivers, callee.name) : run.evaluate(callee, scope)
  if (callees.size > 0) return union([...callees].map((value) => callValue(run, value, called)))
  return callee.kind === 'get'
    ? callUnknown(run, callee.name, called)
    : callExternal(run, pathOf(callee) ?? '', called)
}

function callValue(run: Run, value: Value, called: Called): Values {
  switch (value.kind) {
    case 'function':
      return callFunction(run, value, called)
    case 'class':
      return construct(run, value, called.args, called.expression, called.scope)
    case 'external':
      return callExternal(run, value.path, called)
    case 'method':
      return useMetric(run, value.metric, value.name, called)
    case 'metric':
      return useMetric(run, value, '', called)
    case 'object':
      // Such as a function that was made by a call: what it holds goes on.
      return new Set([value])
    default:
      return noValues
  }
}

function callExternal(run: Run, path: string, called: Called): Values {
  for (const library of run.libraries) {
    const result = library.call?.(path, called.site)
    if (result) return result
  }
  return passThrough(run, noValues, called)
}

function callUnknown(run: Run, name: string, called: Called): Values {
  for (const library of run.libraries) {
    const result = library.method?.(name, called.receivers, called.site)
    if (result) return result
  }
  return passThrough(run, called.receivers, called)
}

function useMetric(run: Run, metric: MetricValue, name: string, { site, args }: Called): Values {
  for (const library of run.libraries) {
    const result = library.use?.(metric, name, site)
    if (result) return result
  }
  // Not a method of the library: functions that it is given may be called with the metric.
  for (const values of args) site.invoke(values, [new Set([metric])])
  return new Set([metric])
}

function callSuper(run: Run, { args, expression, scope }: Called): Values {
  for (const self of scope.find('this')?.values ?? []) {
    if (self.kind !== 'instance') continue
    for (const base of self.of.declared.bases)
      for (const value of run.evaluate(base, self.of.scope))
        if (value.kind === 'class') construct(run, value, args, expression, scope)
    return new Set([self])
  }
  return noValues
}
