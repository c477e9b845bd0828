import type { CallSite } from '../libraries/library.ts'
import type { Expression, Field, FunctionDeclaration } from '../program.ts'
import type { LabelSet, LabelValue } from '../source-metric.ts'
import { declareMetric } from './declare-metric.ts'
import { invoke } from './invoke.ts'
import { mergedLabels, noteLabelSet } from './label-sets.ts'
import { memberOf } from './members.ts'
import { newObject } from './objects.ts'
import type { Run } from './run.ts'
import { literalOf, textsOf } from './value-sets.ts'
import { type MetricValue, noValues, type Scope, type Values } from './values.ts'

export interface CallSiteOptions {
  readonly run: Run
  readonly expression: Expression
  readonly args: readonly Expression[]
  readonly named: readonly Field[]
  readonly scope: Scope
}

/** Shows a call to the libraries, and does what they ask for. */
export function createCallSite(options: CallSiteOptions): CallSite {
  const { run, expression, args, named, scope } = options
  const { file } = scope.module

  const values = (part: Expression | undefined) => (part ? run.evaluate(part, scope) : noValues)
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
  const labelValue = (part: Expression): LabelValue => {
    return { literal: part.kind === 'string' ? part.value : literalOf(values(part)), text: part.text }
  }
  const entries = (part: Expression | undefined): LabelSet['byName'] => {
    if (part === undefined) return new Map()
    if (part.kind === 'any' && part.of.length === 1) return entries(part.of[0])
    if (part.kind !== 'object') return undefined
    const byName = new Map<string, LabelValue>()
    for (const { key, value } of part.fields) {
      if (key === undefined) return undefined
      byName.set(key, labelValue(value))
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
    field: (part, name) => memberOf(run, values(part), name),
    labelValue,
    entries,
    metrics,
    declare: (declaration) => declareMetric(run, expression, scope, declaration),
    bind: (metric, labels) => {
      const labelSet = { ...labels, file, line: expression.line }
      noteLabelSet(run, expression, scope, metric, labelSet)
      const literal = labels.byName ? [...labels.byName].map(([key, { text }]) => `${key}=${text}`) : []
      const key = `bound ${metric.metric.file}:${metric.metric.line}:${metric.metric.name} ${literal.join()} ${metric.isGuess}`
      const merged = mergedLabels(metric.labels, labelSet)
      const bound = scope.once<MetricValue>(expression, key, () => ({ ...metric, labels: merged }))
      return new Set([bound])
    },
    noteLabels: (metric, labels) =>
      noteLabelSet(run, expression, scope, metric, { ...labels, file, line: expression.line }),
    record: (metric, by, byName) => {
      if (!run.isFirst(expression, metric)) return
      const all = new Map<string, string>()
      for (const [key, { literal }] of [...(metric.labels?.byName ?? []), ...(byName ?? [])])
        if (literal !== undefined) all.set(key, literal)
      metric.metric.recordings.push({
        file,
        line: expression.line,
        by,
        labels: all,
        labelNames: labelNamesOf(metric, byName),
        isDeadHere: run.isDead,
        isTest: run.isTest,
        isGuess: metric.isGuess,
        within: functionsAround(scope),
      })
    },
    invoke: (functions, args, self) => invoke(run, functions, args, expression, scope, self),
    one: (value) => new Set([value]),
    external: (path) => run.interned.external(path),
    text: (text) => run.interned.string(text),
    object: (fields) => {
      const made = newObject(run, expression, scope)
      for (const [name, of] of Object.entries(fields)) {
        const slot = made.fields.get(name) ?? run.newSlot('')
        slot.add(of)
        made.fields.set(name, slot)
      }
      return new Set([made])
    },
  }
}

function labelNamesOf({ labels }: MetricValue, byName: LabelSet['byName']): readonly string[] | undefined {
  if (byName === undefined || (labels && labels.byName === undefined)) return undefined
  return [...(labels?.byName?.keys() ?? []), ...byName.keys()]
}

function functionsAround(scope: Scope): FunctionDeclaration[] {
  const found: FunctionDeclaration[] = []
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.declared) found.push(at.declared)
  return found
}
