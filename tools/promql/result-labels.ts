import {
  type Aggregation,
  type Binary,
  type Call,
  comparisons,
  type Expression,
  type Selector,
  setOperators,
  type Word,
} from './expression.ts'
import { functions } from './functions.ts'

/** The labels that series of a result can carry, as far as the query tells. */
export interface ResultLabels {
  /** Whether a series of the result may carry it. */
  mayHave(label: string): boolean
  /** All that they can carry, where the query itself bounds them; undefined where the metrics decide. */
  readonly all: ReadonlySet<string> | undefined
}

/** @param mayCarry whether series that a selector finds may have the label. Not asked for what its matchers rule out. */
export function resultLabels(
  expression: Expression,
  mayCarry: (selector: Selector, label: string) => boolean,
): ResultLabels {
  const of = (inner: Expression) => resultLabels(inner, mayCarry)
  switch (expression.kind) {
    case 'number':
    case 'text':
      return none
    case 'variable':
      return anything
    case 'selector':
      return open((label) => !isRuledOut(expression, label) && mayCarry(expression, label))
    case 'subquery':
      return of(expression.expression)
    case 'unary':
      return without(of(expression.expression), nameOnly)
    case 'call':
      return ofCall(expression, of)
    case 'aggregation':
      return ofAggregation(expression, of(expression.expression))
    case 'binary':
      return ofBinary(expression, of)
  }
}

/** Whether an expression is a single number without labels. */
export function isScalar(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
      return true
    case 'call':
      return functions.get(expression.function.text)?.result === 'scalar'
    case 'unary':
      return isScalar(expression.expression)
    case 'binary':
      return isScalar(expression.left) && isScalar(expression.right)
    default:
      return false
  }
}

type Of = (inner: Expression) => ResultLabels

function ofCall({ function: name, arguments: args }: Call, of: Of): ResultLabels {
  if (name.isVariable || name.text === 'info') return anything
  const [first, second] = args
  if (name.text.startsWith('absent')) return ofAbsent(first)
  if (functions.get(name.text)?.result === 'scalar' || name.text === 'vector') return none
  const types = functions.get(name.text)?.arguments ?? []
  const vector = args.find((_, index) => types[index] === 'vector' || types[index] === 'range')
  if (vector === undefined) return none
  const inner = of(vector)
  if (name.text === 'label_replace' || name.text === 'label_join' || name.text === 'histogram_quantiles')
    return second?.kind === 'text' ? adding(inner, [second.word]) : anything
  if (keepsName.has(name.text)) return inner
  return without(inner, name.text.startsWith('histogram_') ? nameAndLe : nameOnly)
}

/** An absent series carries the labels that its selector says it would have. */
function ofAbsent(selector: Expression | undefined): ResultLabels {
  if (selector?.kind === 'variable') return anything
  if (selector?.kind !== 'selector') return none
  if (selector.hasUnknownMatchers) return anything
  const equal = selector.matchers.filter(({ operator }) => operator === '=')
  return closed(
    new Set(equal.map(({ label }) => label.text)),
    equal.some(({ label }) => label.isVariable),
  )
}

function ofAggregation({ operator, grouping, parameter }: Aggregation, inner: ResultLabels): ResultLabels {
  if (operator.isVariable) return anything
  if (keepsSeries.has(operator.text)) return inner
  if (grouping?.kind === 'without')
    return without(inner, new Set([...grouping.labels.map(({ text }) => text), '__name__']))
  const labels = grouping?.labels ?? []
  const kept = labels.map(({ text }) => text).filter((label) => inner.mayHave(label))
  const grouped = closed(
    new Set(kept),
    labels.some(({ isVariable }) => isVariable),
  )
  return operator.text === 'count_values' && parameter?.kind === 'text'
    ? adding(grouped, [parameter.word])
    : grouped
}

function ofBinary({ operator, isBool, matching, left, right }: Binary, of: Of): ResultLabels {
  if (operator.isVariable) return anything
  const dropsName = isBool || !comparisons.has(operator.text)
  const named = (labels: ResultLabels) => (dropsName ? without(labels, nameOnly) : labels)
  if (isScalar(left)) return named(of(right))
  if (isScalar(right)) return named(of(left))
  const [a, b] = [of(left), of(right)]
  if (operator.text === 'or') return either(a, b)
  if (setOperators.has(operator.text)) return a
  if (matching?.group === 'left') return adding(named(a), matching.include)
  if (matching?.group === 'right') return adding(named(b), matching.include)
  if (matching === undefined) return named(a)
  const labels = matching.labels
  if (matching.kind === 'ignoring') return without(named(a), new Set(labels.map(({ text }) => text)))
  const kept = labels.map(({ text }) => text).filter((label) => a.mayHave(label))
  return closed(
    new Set(kept),
    labels.some(({ isVariable }) => isVariable),
  )
}

/** `label=""` selects series without the label. */
function isRuledOut({ matchers }: Selector, label: string): boolean {
  return matchers.some(
    (matcher) => matcher.label.text === label && matcher.operator === '=' && matcher.value.text === '',
  )
}

const keepsSeries: ReadonlySet<string> = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio'])
const keepsName: ReadonlySet<string> = new Set([
  'last_over_time',
  'first_over_time',
  'sort',
  'sort_desc',
  'sort_by_label',
  'sort_by_label_desc',
])
const nameOnly: ReadonlySet<string> = new Set(['__name__'])
const nameAndLe: ReadonlySet<string> = new Set(['__name__', 'le'])
const none: ResultLabels = { mayHave: () => false, all: new Set() }
const anything: ResultLabels = { mayHave: () => true, all: undefined }

function open(mayHave: (label: string) => boolean): ResultLabels {
  return { mayHave, all: undefined }
}

function closed(all: ReadonlySet<string>, hasVariable: boolean): ResultLabels {
  return hasVariable ? anything : { mayHave: (label) => all.has(label), all }
}

function without(inner: ResultLabels, dropped: ReadonlySet<string>): ResultLabels {
  return {
    mayHave: (label) => !dropped.has(label) && inner.mayHave(label),
    all: inner.all === undefined ? undefined : inner.all.difference(dropped),
  }
}

function adding(inner: ResultLabels, words: readonly Word[]): ResultLabels {
  if (words.some(({ isVariable }) => isVariable)) return anything
  const added = new Set(words.map(({ text }) => text))
  return {
    mayHave: (label) => added.has(label) || inner.mayHave(label),
    all: inner.all?.union(added),
  }
}

function either(a: ResultLabels, b: ResultLabels): ResultLabels {
  return {
    mayHave: (label) => a.mayHave(label) || b.mayHave(label),
    all: a.all === undefined || b.all === undefined ? undefined : a.all.union(b.all),
  }
}
