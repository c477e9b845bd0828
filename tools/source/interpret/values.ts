import type { ClassDeclaration, Expression, FunctionDeclaration, Module } from '../program.ts'
import type { LabelSet, SourceMetric } from '../source-metric.ts'

/** What an expression may have as its value, as far as metrics are concerned. Numbers and the like have none. */
export type Value =
  /** One that is open stands beside others that nothing tells: `input ?? 'none'`. */
  | { readonly kind: 'string'; readonly value: string; readonly isOpen?: true }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** Something of a package that is not among the files: `prometheus.NewCounter`. */
  | { readonly kind: 'external'; readonly path: string }
  | ObjectValue
  | ClassValue
  | { readonly kind: 'instance'; readonly of: ClassValue }
  | FunctionValue
  | MetricValue
  | { readonly kind: 'method'; readonly metric: MetricValue; readonly name: string }
  | { readonly kind: 'module'; readonly module: Module }

export interface ObjectValue {
  readonly kind: 'object'
  readonly fields: Map<string, Slot>
  /** Elements, and members whose names are not known. */
  readonly rest: Slot
  /** Values of each element, for lists that are written out. */
  items: readonly Values[] | undefined
  /** The metric that it defines. */
  defines: MetricValue | undefined
  readonly line: number
}

export interface ClassValue {
  readonly kind: 'class'
  readonly declared: ClassDeclaration
  readonly scope: Scope
  /** Members of the class and of its instances; all instances share them. */
  readonly fields: Map<string, Slot>
  readonly instance: { readonly kind: 'instance'; readonly of: ClassValue }
}

export interface FunctionValue {
  readonly kind: 'function'
  readonly declared: FunctionDeclaration
  readonly scope: Scope
  readonly self: Value | undefined
}

export interface MetricValue {
  readonly kind: 'metric'
  readonly metric: SourceMetric
  /** Labels that it is bound to. */
  readonly labels: LabelSet | undefined
  /** Found by the name of a field alone, because nothing tells what the field belongs to. */
  readonly isGuess: boolean
}

export type Values = ReadonlySet<Value>

export const noValues: Values = new Set()

/** A place that holds values: a variable, a field, a parameter. It only ever gains some. */
export class Slot {
  readonly values = new Set<Value>()
  readonly name: string
  readonly #onGain: (slot: Slot, value: Value) => void
  /** How many places assign to it. */
  readonly writers = new Set<object>()

  constructor(name: string, onGain: (slot: Slot, value: Value) => void) {
    this.name = name
    this.#onGain = onGain
  }

  /** Booleans are kept only where a constant is declared: anything else may change. */
  add(values: Values, isConstant = false): void {
    for (const value of values) {
      if (this.values.has(value) || (value.kind === 'boolean' && !isConstant)) continue
      // What holds more than this is a table of everything, and tells nothing.
      if (this.values.size >= (value.kind === 'string' ? mostTexts : mostValues)) continue
      this.values.add(value)
      this.#onGain(this, value)
    }
  }
}

const mostValues = 150
const mostTexts = 30

/** Names, and what belongs to one evaluation of a function or block. */
export class Scope {
  readonly module: Module
  readonly parent: Scope | undefined
  /** The function that it is the body of; undefined for blocks and modules. */
  readonly declared: FunctionDeclaration | undefined
  readonly slots = new Map<string, Slot>()
  readonly made = new Map<object, Map<string, Value>>()
  readonly inner = new Map<object, Scope>()
  /** What expressions came to, and in which round. */
  readonly results = new Map<Expression, { readonly round: number; values: Values }>()
  /** Where the call stands, for a function that is looked at again for each of its calls. */
  readonly caller: Scope | undefined
  readonly callSite: Expression | undefined
  returns: Slot | undefined

  constructor(
    module: Module,
    parent: Scope | undefined,
    declared?: FunctionDeclaration,
    caller?: { readonly scope: Scope; readonly site: Expression },
  ) {
    this.module = module
    this.parent = parent
    this.declared = declared
    this.caller = caller?.scope
    this.callSite = caller?.site
  }

  find(name: string): Slot | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const slot = scope.slots.get(name)
      if (slot) return slot
    }
    return undefined
  }

  /** The body of the innermost function around, or the module. */
  get around(): Scope {
    let scope: Scope = this
    while (scope.declared === undefined && scope.parent) scope = scope.parent
    return scope
  }

  /** What an expression has made here, so that the next round finds the same value. */
  once<Made extends Value>(expression: Expression | object, key: string, make: () => Made): Made {
    const known = this.made.get(expression)?.get(key)
    if (known) return known as Made
    const value = make()
    const made = this.made.get(expression) ?? new Map<string, Value>()
    made.set(key, value)
    this.made.set(expression, made)
    return value
  }
}
