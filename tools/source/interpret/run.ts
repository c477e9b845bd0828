import type { MetricsLibrary } from '../libraries/library.ts'
import type { Modules } from '../modules.ts'
import type { Expression, FunctionDeclaration, Module, Statement } from '../program.ts'
import type { SourceMetric } from '../source-metric.ts'
import { Carrying } from './carrying.ts'
import { Interned } from './interned.ts'
import { type ClassValue, type MetricValue, type Scope, Slot, type Values } from './values.ts'

export interface RunOptions {
  readonly modules: Modules
  readonly libraries: readonly MetricsLibrary[]
  /** What every part comes back to: an expression holds others, a function statements, a member is one of another. */
  readonly evaluate: (run: Run, expression: Expression, scope: Scope) => Values
  readonly statements: (run: Run, body: readonly Statement[], scope: Scope) => Values
  readonly member: (run: Run, of: Values, name: string) => Values
}

export interface Unresolved {
  readonly file: string
  readonly line: number
  readonly reason: string
}

/** Where imported names come from. */
export interface ImportedFrom {
  readonly from: string
  /** Undefined for the module as a whole. */
  readonly name: string | undefined
}

/** What has been found out about a program, and where in it the interpreter stands. */
export class Run {
  readonly modules: Modules
  readonly libraries: readonly MetricsLibrary[]

  // What was found.
  readonly metrics = new Set<SourceMetric>()
  readonly functions = new Set<FunctionDeclaration>()
  readonly unresolved = new Map<string, Unresolved>()

  // What names stand for.
  readonly scopes = new Map<Module, Scope>()
  readonly exports = new Map<Module, Map<string, Slot>>()
  readonly imports = new Map<Module, Map<string, ImportedFrom>>()
  /** Modules of which all names are imported at once. */
  readonly everything = new Map<Module, string[]>()
  /** By name, for languages whose types are found by it. */
  readonly classes = new Map<string, ClassValue[]>()
  /** Metrics that are known by their name alone. */
  readonly shared = new Map<string, MetricValue>()
  /** Metrics by the names of the variables and fields that hold them. */
  readonly guesses = new Map<string, Set<MetricValue>>()
  readonly interned = new Interned()
  readonly carrying = new Carrying()

  /** Functions that are looked at again for each of their calls. */
  readonly factories = new Set<FunctionDeclaration>()
  readonly called = new Set<FunctionDeclaration>()

  // Where it stands.
  round = 0
  /** Whether this round has found anything new. */
  hasChanged = false
  /** Whether a field of something unknown may be any of the metrics in fields of that name. */
  isGuessing = false
  isDead = false
  isTest = false
  /** How many calls are looked at again inside of each other. */
  depth = 0
  /** Bodies that this round has been through. */
  readonly evaluated = new Set<Scope>()
  /** Exports that are being looked up, for modules that import each other. */
  readonly resolving = new Set<string>()
  readonly #recorded = new Map<Expression, Set<MetricValue>>()
  readonly #parts: Pick<RunOptions, 'evaluate' | 'statements' | 'member'>

  constructor({ modules, libraries, ...parts }: RunOptions) {
    this.modules = modules
    this.libraries = libraries
    this.#parts = parts
  }

  evaluate(expression: Expression, scope: Scope): Values {
    return this.#parts.evaluate(this, expression, scope)
  }

  statements(body: readonly Statement[], scope: Scope): Values {
    return this.#parts.statements(this, body, scope)
  }

  member(of: Values, name: string): Values {
    return this.#parts.member(this, of, name)
  }

  /** Forgets what these files have recorded, which the round finds again. */
  startRound(files: ReadonlySet<string>): void {
    this.hasChanged = false
    this.round++
    this.carrying.forget()
    this.evaluated.clear()
    this.#recorded.clear()
    for (const metric of this.metrics) {
      metric.recordings = metric.recordings.filter(({ file }) => !files.has(file))
      metric.labelSets = metric.labelSets.filter(({ file }) => !files.has(file))
    }
    for (const [key, { file }] of this.unresolved) if (files.has(file)) this.unresolved.delete(key)
  }

  newSlot(name: string): Slot {
    return new Slot(name, (slot, value) => {
      this.hasChanged = true
      if (value.kind !== 'metric' || value.isGuess) return
      const guesses = this.guesses.get(slot.name) ?? new Set()
      guesses.add(value)
      this.guesses.set(slot.name, guesses)
    })
  }

  /** Whether a use of a metric is new: an expression may be looked at several times in one round. */
  isFirst(expression: Expression, metric: MetricValue): boolean {
    const metrics = this.#recorded.get(expression) ?? new Set()
    this.#recorded.set(expression, metrics)
    if (metrics.has(metric)) return false
    metrics.add(metric)
    return true
  }
}
