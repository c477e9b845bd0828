import type { Declaration } from '../libraries/library.ts'
import type { Expression } from '../program.ts'
import type { SourceMetric } from '../source-metric.ts'
import { specialise } from './factories.ts'
import type { Run } from './run.ts'
import { union } from './value-sets.ts'
import { type MetricValue, noValues, type Scope, type Values } from './values.ts'

/** Declares a metric, or several where a name may be one of several. A later round finds the same ones again. */
export function declareMetric(
  run: Run,
  expression: Expression,
  scope: Scope,
  declaration: Declaration,
): Values {
  const { names } = declaration
  if (names?.length !== 1 && specialise(run, scope) === 'later') return noValues
  const { file, line } = placeOf(expression, scope)
  if (names === undefined) {
    if (!run.isTest)
      run.unresolved.set(`${file}:${line}`, {
        file,
        line,
        reason: `the name of the ${declaration.type} is computed here: ${expression.text.split('\n')[0]}`,
      })
    return noValues
  }
  return union(
    names.map((name) => {
      const make = (): MetricValue => {
        const metric: SourceMetric = {
          name,
          type: declaration.type,
          help: declaration.help,
          unit: declaration.unit,
          labels: declaration.labels,
          values: new Map(),
          library: declaration.library,
          file,
          line,
          isTest: run.isTest,
          isRecordedElsewhere: declaration.isRecordedElsewhere ?? false,
          recordings: [],
          labelSets: [],
        }
        run.metrics.add(metric)
        return { kind: 'metric', metric, labels: undefined, isGuess: false }
      }
      const value = declaration.isShared
        ? sharedMetric(run, name, make)
        : scope.once<MetricValue>(expression, `metric ${name}`, make)
      // Later rounds know more.
      value.metric.help = declaration.help ?? value.metric.help
      value.metric.labels = declaration.labels ?? value.metric.labels
      for (const [label, of] of declaration.values ?? []) if (of) value.metric.values.set(label, new Set(of))
      return new Set([value])
    }),
  )
}

/** A declaration that a function makes for its callers stands where they call it. */
function placeOf(expression: Expression, scope: Scope): { readonly file: string; readonly line: number } {
  let place = { file: scope.module.file, line: expression.line }
  for (let at: Scope | undefined = scope; at; at = at.caller ?? at.parent) {
    if (at.caller && at.callSite) place = { file: at.caller.module.file, line: at.callSite.line }
  }
  return place
}

function sharedMetric({ shared }: Run, name: string, make: () => MetricValue): MetricValue {
  const value = shared.get(name) ?? make()
  shared.set(name, value)
  return value
}
