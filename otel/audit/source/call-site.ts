import { type Interpreter, literalOf, textsOf, union } from './interpreter.ts'
import type { CallSite, Declaration } from './library.ts'
import type { Expression, Field, FunctionDeclaration } from './program.ts'
import type { GivenLabels, GivenValue, SourceMetric } from './source-metric.ts'
import { type MetricValue, noValues, type ObjectValue, type Scope, type Values } from './values.ts'

export interface CallSiteOptions {
  readonly interpreter: Interpreter
  readonly expression: Expression
  readonly args: readonly Expression[]
  readonly named: readonly Field[]
  readonly scope: Scope
  readonly newObject: () => ObjectValue
  readonly get: (values: Values, name: string) => Values
}

/** Shows a call to the libraries, and does what they ask for. */
export function createCallSite(options: CallSiteOptions): CallSite {
  const { interpreter, expression, args, named, scope, newObject, get } = options
  const { file } = scope.module

  const values = (part: Expression | undefined) => (part ? interpreter.evaluate(part, scope) : noValues)
  const texts = (part: Expression | undefined) => {
    const found = textsOf(values(part))
    return found.length > 0 ? found : undefined
  }
  const listOf = (found: Values) => {
    const lists = [...found].filter((value) => value.kind === 'object')
    if (lists.length !== 1 || lists[0]?.items === undefined) return undefined
    const items = lists[0].items.map((item) => textsOf(item))
    return items.every((item) => item.length === 1) ? items.map(([text]) => text ?? '') : undefined
  }
  const metrics = (found: Values) =>
    [...found].flatMap((value): MetricValue[] =>
      value.kind === 'metric' ? [value] : value.kind === 'object' && value.defines ? [value.defines] : [],
    )
  const given = (part: Expression): GivenValue => {
    return { literal: part.kind === 'string' ? part.value : literalOf(values(part)), text: part.text }
  }
  const entries = (part: Expression | undefined): GivenLabels['byName'] => {
    if (part === undefined) return new Map()
    if (part.kind === 'any' && part.of.length === 1) return entries(part.of[0])
    if (part.kind !== 'object') return undefined
    const byName = new Map<string, GivenValue>()
    for (const { key, value } of part.fields) {
      if (key === undefined) return undefined
      byName.set(key, given(value))
    }
    return byName
  }

  return {
    expression,
    args,
    namedArguments: named,
    argument: (name, position) =>
      (name === undefined ? undefined : named.find(({ key }) => key === name)?.value) ?? args[position],
    hasNamed: () => named.length > 0,
    values,
    texts,
    list: (part) => listOf(values(part)),
    listOf,
    field: (part, name) => get(values(part), name),
    given,
    entries,
    metrics,
    declare: (declaration) => declare(interpreter, expression, scope, declaration),
    bind: (metric, labels) => {
      const use = { ...labels, file, line: expression.line }
      noteUse(interpreter, expression, scope, metric, use)
      const literal = labels.byName ? [...labels.byName].map(([key, { text }]) => `${key}=${text}`) : []
      const key = `bound ${metric.metric.file}:${metric.metric.line}:${metric.metric.name} ${literal.join()} ${metric.isGuess}`
      const merged = merge(metric.labels, use)
      const bound = scope.once<MetricValue>(expression, key, () => ({ ...metric, labels: merged }))
      return new Set([bound])
    },
    useLabels: (metric, labels) =>
      noteUse(interpreter, expression, scope, metric, { ...labels, file, line: expression.line }),
    record: (metric, by, byName) => {
      if (!interpreter.isFirst(expression, metric)) return
      const all = new Map<string, string>()
      for (const [key, { literal }] of [...(metric.labels?.byName ?? []), ...(byName ?? [])])
        if (literal !== undefined) all.set(key, literal)
      metric.metric.recordings.push({
        file,
        line: expression.line,
        by,
        labels: all,
        isDeadHere: interpreter.isDead,
        isTest: interpreter.isTest,
        isGuess: metric.isGuess,
        within: functionsAround(scope),
      })
    },
    invoke: (functions, given, self) => interpreter.invoke(functions, given, expression, scope, self),
    one: (value) => new Set([value]),
    external: (path) => interpreter.external(path),
    text: (text) => interpreter.string(text),
    object: (fields) => {
      const made = newObject()
      for (const [name, of] of Object.entries(fields)) {
        const slot = made.fields.get(name) ?? interpreter.newSlot()
        slot.add(of)
        made.fields.set(name, slot)
      }
      return new Set([made])
    },
  }
}

function declare(
  interpreter: Interpreter,
  expression: Expression,
  scope: Scope,
  declaration: Declaration,
): Values {
  const { names } = declaration
  if (names?.length !== 1 && interpreter.specialise(scope) === 'later') return noValues
  const { file, line } = placeOf(expression, scope)
  if (names === undefined) {
    if (!interpreter.isTest)
      interpreter.unresolved.set(`${file}:${line}`, {
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
          isTest: interpreter.isTest,
          isRecordedElsewhere: declaration.isRecordedElsewhere ?? false,
          recordings: [],
          uses: [],
        }
        interpreter.metrics.add(metric)
        return { kind: 'metric', metric, labels: undefined, isGuess: false }
      }
      const value = declaration.isShared
        ? interpreter.shared(name, make)
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

function noteUse(
  interpreter: Interpreter,
  expression: Expression,
  { module }: Scope,
  { metric, isGuess }: MetricValue,
  use: GivenLabels,
): void {
  if (
    isGuess ||
    metric.uses.some(
      ({ file, line, byName }) =>
        file === module.file && line === expression.line && same(byName, use.byName),
    )
  )
    return
  metric.uses.push({ ...use, isTest: interpreter.isTest })
}

function same(a: GivenLabels['byName'], b: GivenLabels['byName']): boolean {
  return [...(a?.keys() ?? [])].join() === [...(b?.keys() ?? [])].join()
}

function merge(outer: GivenLabels | undefined, inner: GivenLabels): GivenLabels {
  if (outer?.byName === undefined || inner.byName === undefined)
    return inner.byName ? inner : (outer ?? inner)
  return { ...inner, byName: new Map([...outer.byName, ...inner.byName]) }
}

function functionsAround(scope: Scope): FunctionDeclaration[] {
  const found: FunctionDeclaration[] = []
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.declared) found.push(at.declared)
  return found
}
