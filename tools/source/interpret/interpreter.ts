import type { MetricsLibrary } from '../libraries/library.ts'
import type { Modules } from '../modules.ts'
import type { FunctionDeclaration, Module } from '../program.ts'
import type { SourceMetric } from '../source-metric.ts'
import { evaluate } from './expressions.ts'
import { memberOf } from './members.ts'
import { Run, type Unresolved } from './run.ts'
import { moduleScope } from './scopes.ts'
import { runStatements } from './statements.ts'

const mostRounds = 12
const roundsOfGuessing = 3
const roundsOfTests = 3

/**
 * Follows metrics through a program: from the call that declares one, over variables, fields, parameters, returned
 * values and imports, to the calls that record. It goes over all code again and again until nothing new turns up, and
 * tells no order of events: what may have a value, has it.
 */
export class Interpreter {
  readonly #run: Run

  constructor(modules: Modules, libraries: readonly MetricsLibrary[]) {
    this.#run = new Run({ modules, libraries, evaluate, statements: runStatements, member: memberOf })
  }

  get metrics(): ReadonlySet<SourceMetric> {
    return this.#run.metrics
  }

  /** All functions there are. */
  get functions(): ReadonlySet<FunctionDeclaration> {
    return this.#run.functions
  }

  get unresolved(): readonly Unresolved[] {
    return [...this.#run.unresolved.values()]
  }

  /** Follows the metrics of the product. */
  runProduct(modules: readonly Module[]): void {
    this.#toTheEnd(modules, mostRounds)
    this.#run.isGuessing = true
    this.#toTheEnd(modules, roundsOfGuessing)
  }

  /** Follows them into tests, which change nothing about the product: they only record, and give what they call other values. */
  runTests(modules: readonly Module[]): void {
    this.#toTheEnd(modules, roundsOfTests)
  }

  #toTheEnd(modules: readonly Module[], rounds: number): void {
    const run = this.#run
    const files = new Set(modules.map(({ file }) => file))
    for (const module of modules) moduleScope(run, module)
    for (let round = 0; round < rounds; round++) {
      run.startRound(files)
      for (const module of modules) {
        run.isDead = false
        run.isTest = module.isTest
        run.statements(module.body, moduleScope(run, module))
      }
      if (!run.hasChanged) return
    }
  }
}
