import { createCallSite } from './call-site.ts'
import { Carrying } from './carrying.ts'
import type { CallSite, MetricsLibrary } from './library.ts'
import type { Modules } from './modules.ts'
import type {
  ClassDeclaration,
  Expression,
  Field,
  FunctionDeclaration,
  Module,
  Statement,
} from './program.ts'
import type { SourceMetric } from './source-metric.ts'
import {
  type ClassValue,
  type FunctionValue,
  type MetricValue,
  noValues,
  type ObjectValue,
  Scope,
  Slot,
  type Value,
  type Values,
} from './values.ts'

export interface Unresolved {
  readonly file: string
  readonly line: number
  readonly reason: string
}

const mostRounds = 12
const mostDepth = 5
const mostTexts = 40

/**
 * Follows metrics through a program: from the call that declares one, over variables, fields, parameters, returned
 * values and imports, to the calls that record. It goes over all code again and again until nothing new turns up, and
 * tells no order of events: what may have a value, has it.
 */
export class Interpreter {
  readonly metrics = new Set<SourceMetric>()
  /** All functions there are. */
  readonly functions = new Set<FunctionDeclaration>()
  readonly unresolved = new Map<string, Unresolved>()
  readonly #modules: Modules
  readonly #libraries: readonly MetricsLibrary[]
  readonly #scopes = new Map<Module, Scope>()
  readonly #exports = new Map<Module, Map<string, Slot>>()
  readonly #imports = new Map<
    Module,
    Map<string, { readonly from: string; readonly name: string | undefined }>
  >()
  readonly #everything = new Map<Module, { readonly from: string; readonly isAgain: boolean }[]>()
  readonly #strings = new Map<string, Value>()
  readonly #openStrings = new Map<string, Value>()
  readonly #externals = new Map<string, Value>()
  readonly #moduleValues = new Map<Module, Value>()
  readonly #guesses = new Map<string, Set<MetricValue>>()
  readonly #guessedValues = new Map<MetricValue, MetricValue>()
  readonly #shared = new Map<string, MetricValue>()
  readonly #methods = new Map<MetricValue, Map<string, Value>>()
  readonly #recorded = new Map<Expression, Set<MetricValue>>()
  /** By name, for languages whose types are found by it. */
  readonly #classes = new Map<string, ClassValue[]>()
  readonly #factories = new Set<FunctionDeclaration>()
  readonly #called = new Set<FunctionDeclaration>()
  readonly #evaluated = new Set<Scope>()
  readonly #resolving = new Set<string>()
  readonly #carrying = new Carrying()
  #hasChanged = false
  #round = 0
  #isGuessing = false
  #depth = 0
  #isDead = false
  #isTest = false

  constructor(modules: Modules, libraries: readonly MetricsLibrary[]) {
    this.#modules = modules
    this.#libraries = libraries
  }

  /** Follows the metrics of the product. */
  runProduct(modules: readonly Module[]): void {
    for (const module of modules) this.#moduleScope(module)
    this.#toTheEnd(modules, mostRounds)
    this.#isGuessing = true
    this.#toTheEnd(modules, 3)
  }

  /** Follows them into tests, which change nothing about the product: they only record, and give what they call other values. */
  runTests(modules: readonly Module[]): void {
    for (const module of modules) this.#moduleScope(module)
    this.#toTheEnd(modules, 3)
  }

  #toTheEnd(modules: readonly Module[], rounds: number): void {
    const files = new Set(modules.map(({ file }) => file))
    for (let round = 0; round < rounds; round++) {
      this.#hasChanged = false
      this.#round++
      this.#carrying.forget()
      this.#evaluated.clear()
      this.#recorded.clear()
      for (const metric of this.metrics) {
        metric.recordings = metric.recordings.filter(({ file }) => !files.has(file))
        metric.uses = metric.uses.filter(({ file }) => !files.has(file))
      }
      for (const [key, { file }] of this.unresolved) if (files.has(file)) this.unresolved.delete(key)
      for (const module of modules) {
        this.#isDead = false
        this.#isTest = module.isTest
        this.#statements(module.body, this.#moduleScope(module))
      }
      if (!this.#hasChanged) return
    }
  }

  // Names and modules

  #moduleScope(module: Module): Scope {
    const known = this.#scopes.get(module)
    if (known) return known
    // The files of a package share their names.
    const first = this.#modules.together(module)[0]
    const shared = first && first !== module ? this.#moduleScope(first) : undefined
    const scope = new Scope(module, shared)
    this.#scopes.set(module, scope)
    return scope
  }

  /** Where top-level names of a module are kept. */
  #topScope(scope: Scope): Scope {
    return scope.parent &&
      scope.declared === undefined &&
      scope.module.language === 'go' &&
      this.#scopes.get(scope.module) === scope
      ? scope.parent
      : scope
  }

  #slot(name: string): Slot {
    return new Slot(name, (slot, value) => {
      this.#hasChanged = true
      if (value.kind !== 'metric' || value.isGuess) return
      const guesses = this.#guesses.get(slot.name) ?? new Set()
      guesses.add(value)
      this.#guesses.set(slot.name, guesses)
    })
  }

  #declareSlot(scope: Scope, name: string): Slot {
    const top = this.#topScope(scope)
    const known = top.slots.get(name)
    if (known) return known
    const slot = this.#slot(name)
    top.slots.set(name, slot)
    return slot
  }

  #lookUp(name: string, scope: Scope): Values {
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      const slot = at.slots.get(name)
      if (slot && slot.values.size > 0) return slot.values
      if (this.#scopes.get(at.module) === at) {
        const imported = this.#imported(at.module, name)
        if (imported) return imported
      }
      if (slot) return this.#guess(name)
    }
    const found = this.#lookUpEverywhere(name, scope.module)
    if (found) return found
    return this.#guess(name)
  }

  #imported(module: Module, name: string): Values | undefined {
    const entry = this.#imports.get(module)?.get(name)
    if (entry) return this.#member(module, entry.from, entry.name)
    for (const { from } of this.#everything.get(module) ?? []) {
      for (const target of this.#modules.resolve(module, from)) {
        const values = this.#exported(target, name)
        if (values.size > 0) return values
      }
      if (
        this.#modules.resolve(module, from).length === 0 &&
        /^[A-Z]|!$/.test(name) &&
        isMetricsPackage(from)
      )
        return this.external(`${from}.${name}`)
    }
    return undefined
  }

  #member(module: Module, from: string, name: string | undefined): Values {
    const targets = this.#modules.resolve(module, from)
    if (targets.length === 0) {
      if (module.language === 'rust') {
        const inner = name === undefined ? [] : this.#modules.resolve(module, `${from}::${name}`)
        if (inner.length > 0 && /^(crate|self|super)/.test(from))
          return new Set(inner.map((target) => this.#moduleValue(target)))
        return this.external([from.replaceAll('::', '.'), ...(name === undefined ? [] : [name])].join('.'))
      }
      if (module.language === 'python' && name !== undefined) {
        // `from package import module` names a file, too.
        const inner = this.#modules.resolve(module, from.endsWith('.') ? `${from}${name}` : `${from}.${name}`)
        if (inner.length > 0) return new Set(inner.map((target) => this.#moduleValue(target)))
      }
      return this.external(name === undefined || name === 'default' ? from : `${from}.${name}`)
    }
    if (name === undefined) return new Set(targets.map((target) => this.#moduleValue(target)))
    const values = union(targets.map((target) => this.#exported(target, name)))
    if (values.size === 0 && module.language === 'rust') {
      // `use crate::metrics` names a file; `use metrics::counter` may name a crate beside a file of that name.
      const inner = this.#modules.resolve(module, `${from}::${name}`)
      const named = inner.filter(({ file }) => new RegExp(`(^|/)${name}(\\.rs|/mod\\.rs)$`).test(file))
      if (named.length > 0) return new Set(named.map((target) => this.#moduleValue(target)))
      return this.external(`${from.replaceAll('::', '.')}.${name}`)
    }
    if (values.size === 0 && module.language === 'python') {
      const inner = this.#modules.resolve(module, from.endsWith('.') ? `${from}${name}` : `${from}.${name}`)
      return new Set(inner.map((target) => this.#moduleValue(target)))
    }
    return values
  }

  #exported(module: Module, name: string): Values {
    const key = `${module.file}\n${name}`
    if (this.#resolving.has(key)) return noValues
    this.#resolving.add(key)
    try {
      const renamed = this.#exports.get(module)?.get(name)
      if (renamed && renamed.values.size > 0) return renamed.values
      const scope = this.#moduleScope(module)
      const slot = scope.find(name)
      if (slot && slot.values.size > 0) return slot.values
      const whole = this.#exports.get(module)?.get('module.exports')
      if (whole) {
        const values = name === 'default' ? whole.values : this.#get(whole.values, name)
        if (values.size > 0) return values
      }
      return this.#imported(module, name) ?? noValues
    } finally {
      this.#resolving.delete(key)
    }
  }

  /** In Rust an item is known by its name within the crate, whatever the path to it is called here. */
  #lookUpEverywhere(name: string, module: Module): Values | undefined {
    if (module.language === 'rust') {
      const classes = this.#classes.get(name)
      if (classes) return new Set(classes)
      return /^(prometheus|metrics)$/.test(name) ? this.external(name) : undefined
    }
    return undefined
  }

  #guess(name: string): Values {
    if (!this.#isGuessing || name.length < 3) return noValues
    return new Set([...(this.#guesses.get(name) ?? [])].map((metric) => this.#guessed(metric)))
  }

  #guessed(metric: MetricValue): MetricValue {
    const known = this.#guessedValues.get(metric)
    if (known) return known
    const value = { ...metric, isGuess: true }
    this.#guessedValues.set(metric, value)
    return value
  }

  #methodOf(metric: MetricValue, name: string): Value {
    const known = this.#methods.get(metric)?.get(name)
    if (known) return known
    const methods = this.#methods.get(metric) ?? new Map<string, Value>()
    const value: Value = { kind: 'method', metric, name }
    methods.set(name, value)
    this.#methods.set(metric, methods)
    return value
  }

  #moduleValue(module: Module): Value {
    const known = this.#moduleValues.get(module)
    if (known) return known
    const value: Value = { kind: 'module', module }
    this.#moduleValues.set(module, value)
    return value
  }

  string(text: string): Values {
    const known = this.#strings.get(text)
    if (known) return new Set([known])
    const value: Value = { kind: 'string', value: text }
    this.#strings.set(text, value)
    return new Set([value])
  }

  /** The texts are some of those that it may be. */
  #opened(values: Values): Values {
    if (![...values].some((value) => value.kind === 'string' && !value.isOpen)) return values
    return new Set(
      [...values].map((value): Value => {
        if (value.kind !== 'string') return value
        const open = this.#openStrings.get(value.value) ?? {
          kind: 'string',
          value: value.value,
          isOpen: true,
        }
        this.#openStrings.set(value.value, open)
        return open
      }),
    )
  }

  /** Of packages, only those matter that measure. */
  external(path: string): Values {
    if (!isMetricsPackage(path) || path.length > longestPath) return noValues
    const known = this.#externals.get(path)
    if (known) return new Set([known])
    const value: Value = { kind: 'external', path }
    this.#externals.set(path, value)
    return new Set([value])
  }

  // Statements

  #statements(body: readonly Statement[], scope: Scope): Values {
    const before = this.#isDead
    let last: Values = noValues
    for (const statement of body) {
      const isHoisted = statement.kind === 'function' || statement.kind === 'class'
      const isDead: boolean = this.#isDead
      if (isHoisted) this.#isDead = before
      last = this.#statement(statement, scope)
      if (isHoisted) this.#isDead = isDead
      if (statement.kind === 'return' || statement.kind === 'leave') this.#isDead = true
    }
    this.#isDead = before
    return last
  }

  #statement(statement: Statement, scope: Scope): Values {
    switch (statement.kind) {
      case 'let': {
        const type = statement.type && this.#instances(this.evaluate(statement.type, scope))
        const value = statement.value ? this.evaluate(statement.value, scope) : noValues
        this.#declare(statement.target, value, scope, statement.isConstant)
        if (type) this.#declare(statement.target, type, scope, false)
        return noValues
      }
      case 'do':
        return this.evaluate(statement.value, scope)
      case 'return': {
        const values = statement.value ? this.evaluate(statement.value, scope) : noValues
        const { around } = scope
        around.returns ??= this.#slot('')
        around.returns.add(values)
        return noValues
      }
      case 'leave':
        if (statement.value) this.evaluate(statement.value, scope)
        return noValues
      case 'if': {
        const test = [...this.evaluate(statement.test, scope)]
        const known = test.length === 1 && test[0]?.kind === 'boolean' ? test[0].value : undefined
        const literal = statement.test.kind === 'boolean' ? statement.test.value : known
        const then = this.#branch(statement.whenTrue, scope, literal === false)
        const otherwise = this.#branch(statement.otherwise, scope, literal === true)
        return union([then, otherwise])
      }
      case 'block': {
        const wasTest = this.#isTest
        this.#isTest ||= statement.isTest === true
        const values = this.#statements(statement.body, this.#innerScope(statement, scope))
        this.#isTest = wasTest
        return values
      }
      case 'each': {
        const inner = this.#innerScope(statement, scope)
        this.#declare(statement.target, this.#elements(this.evaluate(statement.of, scope)), inner, false)
        return this.#statements(statement.body, inner)
      }
      case 'function': {
        const { declared } = statement
        const value = this.#function(declared, scope, undefined)
        if (declared.name) this.#declareSlot(scope, declared.name).add(new Set([value]))
        return noValues
      }
      case 'class': {
        const value = this.#class(statement.declared, scope)
        this.#declareSlot(scope, statement.declared.name).add(new Set([value]))
        return noValues
      }
      case 'method': {
        const types = this.#lookUp(statement.type, scope)
        for (const type of types) if (type.kind === 'class') this.#method(type, statement.declared, scope)
        if (types.size === 0) this.#function(statement.declared, scope, undefined)
        return noValues
      }
      case 'import':
        this.#import(statement, scope)
        return noValues
      case 'export': {
        const values = this.evaluate(statement.value, scope)
        this.#exportSlot(scope.module, statement.name).add(values)
        return noValues
      }
    }
  }

  #branch(body: readonly Statement[], scope: Scope, isDead: boolean): Values {
    const before = this.#isDead
    this.#isDead ||= isDead
    const values = this.#statements(body, this.#innerScope(body, scope))
    this.#isDead = before
    return values
  }

  /** Blocks have names of their own, but in Python. */
  #innerScope(site: object, scope: Scope): Scope {
    if (scope.module.language === 'python') return scope
    const known = scope.inner.get(site)
    if (known) return known
    const inner = new Scope(scope.module, scope)
    scope.inner.set(site, inner)
    return inner
  }

  #import(statement: Extract<Statement, { kind: 'import' }>, scope: Scope): void {
    const { module } = scope
    const imports = this.#imports.get(module) ?? new Map()
    this.#imports.set(module, imports)
    for (const { name, local } of statement.names) {
      if (name === '*') {
        const everything = this.#everything.get(module) ?? []
        if (!everything.some(({ from }) => from === statement.from))
          everything.push({ from: statement.from, isAgain: statement.isAgain })
        this.#everything.set(module, everything)
      } else if (!imports.has(local)) {
        imports.set(local, { from: statement.from, name })
        this.#hasChanged = true
      }
    }
  }

  #exportSlot(module: Module, name: string): Slot {
    const exports = this.#exports.get(module) ?? new Map<string, Slot>()
    this.#exports.set(module, exports)
    const slot = exports.get(name) ?? this.#slot(name)
    exports.set(name, slot)
    return slot
  }

  // Assignment

  #declare(target: Expression, values: Values, scope: Scope, isConstant: boolean): void {
    if (target.kind !== 'name') {
      this.#assign(target, values, scope, true)
      return
    }
    const slot = this.#declareSlot(scope, target.name)
    slot.writers.add(target)
    slot.add(values, isConstant && slot.writers.size === 1)
  }

  #assign(target: Expression, values: Values, scope: Scope, declares = false): void {
    switch (target.kind) {
      case 'name': {
        const slot = declares
          ? this.#declareSlot(scope, target.name)
          : (scope.find(target.name) ?? this.#declareSlot(scope.around, target.name))
        slot.writers.add(target)
        slot.add(
          values,
          scope.module.language === 'python' && slot.writers.size === 1 && /^[A-Z_0-9]+$/.test(target.name),
        )
        if (slot.writers.size > 1)
          for (const value of slot.values) if (value.kind === 'boolean') slot.values.delete(value)
        return
      }
      case 'get': {
        if (scope.module.language === 'javascript' && this.#assignExports(target, values, scope)) return
        for (const of of this.evaluate(target.of, scope)) this.#fieldOf(of, target.name)?.add(values)
        return
      }
      case 'at':
        for (const of of this.evaluate(target.of, scope)) if (of.kind === 'object') of.rest.add(values)
        return
      case 'object':
        for (const { key, value } of target.fields)
          this.#assign(value, key === undefined ? values : this.#get(values, key), scope, declares)
        return
      case 'list':
        target.items.forEach((item, index) => {
          this.#assign(item, this.#at(values, index), scope, declares)
        })
        return
      case 'spread':
        this.#assign(target.value, values, scope, declares)
        return
      case 'any':
        for (const part of target.of) this.#assign(part, values, scope, declares)
        return
      case 'opaque':
        for (const part of target.parts) this.#assign(part, values, scope, declares)
    }
  }

  /** `module.exports = …`, `exports.name = …` and `module.exports.name = …`. */
  #assignExports(target: Extract<Expression, { kind: 'get' }>, values: Values, scope: Scope): boolean {
    const path = pathOf(target)
    if (path === 'module.exports') {
      this.#exportSlot(scope.module, 'module.exports').add(values)
      return true
    }
    const name = /^(?:module\.)?exports\.(.+)$/.exec(path ?? '')?.[1]
    if (name === undefined) return false
    this.#exportSlot(scope.module, name).add(values)
    return true
  }

  #fieldOf(of: Value, name: string): Slot | undefined {
    if (of.kind === 'module') return this.#exportSlot(of.module, name)
    const owner = of.kind === 'instance' ? of.of : of
    if (owner.kind !== 'class' && owner.kind !== 'object') return undefined
    const known = owner.fields.get(name)
    if (known) return known
    const slot = this.#slot(name)
    owner.fields.set(name, slot)
    return slot
  }

  // Expressions

  /** Looks at each expression once a round: libraries ask for arguments again, and those may be calls of calls. */
  evaluate(expression: Expression, scope: Scope): Values {
    if (!repeated.has(expression.kind)) return this.#evaluate(expression, scope)
    const known = scope.results.get(expression)
    if (known?.round === this.#round) return known.values
    const result = { round: this.#round, values: known?.values ?? noValues }
    scope.results.set(expression, result)
    result.values = this.#evaluate(expression, scope)
    return result.values
  }

  #evaluate(expression: Expression, scope: Scope): Values {
    switch (expression.kind) {
      case 'string':
        return this.string(expression.value)
      case 'boolean':
        return new Set([expression.value ? yes : no])
      case 'number':
        return noValues
      case 'join':
        return this.#join(expression.parts, scope)
      case 'name':
        return this.#lookUp(expression.name, scope)
      case 'get': {
        const values = this.#get(this.evaluate(expression.of, scope), expression.name)
        return values.size > 0 ? values : this.#guess(expression.name)
      }
      case 'at': {
        const of = this.evaluate(expression.of, scope)
        const index = expression.index && this.evaluate(expression.index, scope)
        const position = expression.index?.kind === 'number' ? expression.index.value : undefined
        return this.#at(of, position, index)
      }
      case 'call':
        return this.#call(expression, scope)
      case 'object':
        return this.#object(expression, scope)
      case 'list':
        return this.#list(expression, scope)
      case 'spread':
        return this.#elements(this.evaluate(expression.value, scope))
      case 'function':
        return new Set([this.#function(expression.declared, scope, undefined)])
      case 'class':
        return new Set([this.#class(expression.declared, scope)])
      case 'assign': {
        const values = this.evaluate(expression.value, scope)
        this.#assign(expression.target, values, scope)
        return values
      }
      case 'any': {
        const parts = expression.of.map((part) => this.evaluate(part, scope))
        return parts.every(({ size }) => size > 0) ? union(parts) : this.#opened(union(parts))
      }
      case 'opaque':
        for (const part of expression.parts) this.evaluate(part, scope)
        return noValues
      case 'typed':
        return this.#typed(expression, scope)
      case 'body':
        return this.#statements(expression.body, this.#innerScope(expression, scope))
    }
  }

  #join(parts: readonly Expression[], scope: Scope): Values {
    let texts: string[] | undefined = ['']
    for (const part of parts) {
      const values = this.evaluate(part, scope)
      const own = part.kind === 'number' ? [String(part.value)] : textsOf(values)
      if (own.length === 0 || texts === undefined || texts.length * own.length > mostTexts) texts = undefined
      else texts = texts.flatMap((start) => own.map((end) => (start + end).slice(0, longestPath)))
    }
    return texts ? union(texts.map((text) => this.string(text))) : noValues
  }

  #get(of: Values, name: string): Values {
    if (of.size === 0) return noValues
    const found: Values[] = []
    for (const value of of) found.push(this.#getOf(value, name))
    return union(found)
  }

  #getOf(value: Value, name: string): Values {
    switch (value.kind) {
      case 'object': {
        const field = value.fields.get(name)?.values ?? noValues
        return value.rest.values.size === 0 ? field : union([field, memberOfRest(value.rest.values)])
      }
      case 'instance':
      case 'class':
        return this.#ofClass(value.kind === 'class' ? value : value.of, name, value, 0)
      case 'module':
        return this.#exported(value.module, name)
      case 'external':
        return this.external(`${value.path}.${name}`)
      case 'metric':
        return new Set([this.#methodOf(value, name)])
      default:
        return noValues
    }
  }

  #ofClass({ declared, fields, scope }: ClassValue, name: string, self: Value, depth: number): Values {
    const own = fields.get(name)?.values
    const method = own && [...own].some(({ kind }) => kind === 'function')
    if (own && own.size > 0 && (method || depth > 0 || declared.bases.length === 0)) return own
    if (depth > 8) return noValues
    const inherited = declared.bases.map((base) => {
      const bases = this.evaluate(base, scope)
      return union(
        [...bases].map((value) =>
          value.kind === 'class'
            ? this.#ofClass(value, name, self, depth + 1)
            : value.kind === 'instance'
              ? this.#ofClass(value.of, name, self, depth + 1)
              : this.#getOf(value, name),
        ),
      )
    })
    return union([own ?? noValues, ...inherited])
  }

  #at(of: Values, position: number | undefined, index: Values = noValues): Values {
    const found: Values[] = []
    const keys = textsOf(index)
    for (const value of of) {
      if (value.kind !== 'object') {
        if (value.kind === 'metric' || value.kind === 'function') found.push(new Set([value]))
        continue
      }
      const item = position === undefined ? undefined : value.items?.[position]
      if (item) found.push(item)
      else if (keys.length > 0 && keys.some((key) => value.fields.has(key)))
        found.push(...keys.map((key) => value.fields.get(key)?.values ?? noValues))
      else found.push(this.#elements(new Set([value])))
    }
    return union(found)
  }

  #elements(of: Values): Values {
    const found: Values[] = []
    for (const value of of) {
      if (value.kind === 'object') {
        found.push(value.rest.values, ...[...value.fields.values()].map(({ values }) => values))
      } else if (value.kind === 'metric' || value.kind === 'function') found.push(new Set([value]))
    }
    return union(found)
  }

  #newObject(expression: Expression, scope: Scope): ObjectValue {
    return scope.once<ObjectValue>(expression, 'object', () => ({
      kind: 'object',
      fields: new Map(),
      rest: this.#slot(''),
      items: undefined,
      defines: undefined,
      line: expression.line,
    }))
  }

  #object(expression: Extract<Expression, { kind: 'object' }>, scope: Scope): Values {
    const types = expression.type ? this.evaluate(expression.type, scope) : noValues
    const classes = [...types].filter((value) => value.kind === 'class')
    const made = this.#newObject(expression, scope)
    const owners: Value[] = classes.length > 0 ? classes : [made]
    for (const { key, value } of expression.fields) this.#setField(owners, key, value, scope, made)
    return classes.length > 0 ? new Set(classes.map(({ instance }) => instance)) : new Set([made])
  }

  #setField(
    owners: readonly Value[],
    key: string | undefined,
    value: Expression,
    scope: Scope,
    made: Value,
  ): void {
    if (key === undefined) {
      const spread = value.kind === 'spread' ? this.evaluate(value.value, scope) : this.evaluate(value, scope)
      for (const owner of owners) {
        for (const from of spread) {
          if (from.kind === 'object') {
            // Spread into another definition, it is the pattern of that one.
            if (from.defines) from.defines.metric.isPattern = true
            for (const [name, slot] of from.fields) this.#fieldOf(owner, name)?.add(slot.values)
            if (owner.kind === 'object') owner.rest.add(from.rest.values)
          } else if (owner.kind === 'object') owner.rest.add(new Set([from]))
        }
      }
      return
    }
    const isMethod = value.kind === 'function' && value.declared.isMethod
    const values: Values =
      isMethod && value.kind === 'function'
        ? new Set([this.#function(value.declared, scope, made)])
        : this.evaluate(value, scope)
    for (const owner of owners) {
      const position = /^#(\d+)$/.exec(key)?.[1]
      const named =
        position && owner.kind === 'class' ? owner.declared.fields[Number(position)]?.name : undefined
      this.#fieldOf(owner, named ?? key)?.add(values)
    }
  }

  #list(expression: Extract<Expression, { kind: 'list' }>, scope: Scope): Values {
    const made = this.#newObject(expression, scope)
    let items: Values[] | undefined = []
    for (const item of expression.items) {
      const values = this.evaluate(item, scope)
      made.rest.add(values)
      if (item.kind !== 'spread') items?.push(values)
      else {
        const lists = [...this.evaluate(item.value, scope)]
        const only = lists.length === 1 && lists[0]?.kind === 'object' ? lists[0].items : undefined
        items = only && items ? [...items, ...only] : undefined
      }
    }
    made.items = items
    return new Set([made])
  }

  #typed(expression: Extract<Expression, { kind: 'typed' }>, scope: Scope): Values {
    const values = this.evaluate(expression.value, scope)
    for (const library of this.#libraries) {
      const result = library.typed?.(expression.type, this.#site(expression.value, [], [], scope))
      if (result) return result
    }
    return values
  }

  // Functions and classes

  #function(declared: FunctionDeclaration, scope: Scope, self: Value | undefined): FunctionValue {
    const key = self === undefined ? '' : self.kind === 'instance' ? 'instance' : self.kind
    const value = scope.once<FunctionValue>(declared, `function ${key}`, () => ({
      kind: 'function',
      declared,
      scope,
      self,
    }))
    this.functions.add(declared)
    const frame = this.#frame(value)
    if (!this.#evaluated.has(frame) && !this.#libraries.some(({ isInside }) => isInside?.(declared.file))) {
      this.#evaluated.add(frame)
      this.#body(value, frame)
    }
    return value
  }

  #frame({ declared, scope, self }: FunctionValue): Scope {
    const known = scope.inner.get(declared)
    if (known) return known
    const frame = new Scope(scope.module, scope, declared)
    this.#setSelf(frame, declared, self)
    scope.inner.set(declared, frame)
    return frame
  }

  #setSelf(frame: Scope, { isMethod }: FunctionDeclaration, self: Value | undefined): void {
    if (!isMethod) return
    const slot = this.#slot('')
    frame.slots.set('this', slot)
    if (self) slot.add(new Set([self]))
  }

  #body({ declared }: FunctionValue, frame: Scope): void {
    const wasTest = this.#isTest
    const wasDead = this.#isDead
    this.#isTest ||= declared.isTest
    this.#isDead = false
    for (const { target, type, value } of declared.parameters) {
      if (value) this.#assign(target, this.evaluate(value, frame), frame, true)
      if (type) this.#assign(target, this.#instances(this.evaluate(type, frame)), frame, true)
      else if (target.kind === 'name') this.#declareSlot(frame, target.name)
    }
    const last = this.#statements(declared.body, frame)
    // In Rust the last expression is what a function returns.
    frame.returns ??= this.#slot('')
    if (frame.module.language === 'rust') frame.returns.add(last)
    this.#isTest = wasTest
    this.#isDead = wasDead
  }

  /** Values of the types that are named. */
  #instances(types: Values): Values {
    const instances = new Set<Value>()
    for (const type of types) if (type.kind === 'class') instances.add(type.instance)
    return instances
  }

  #class(declared: ClassDeclaration, scope: Scope): ClassValue {
    const value = scope.once<ClassValue>(declared, 'class', () => {
      const made: {
        kind: 'class'
        declared: ClassDeclaration
        scope: Scope
        fields: Map<string, Slot>
        instance?: ClassValue['instance']
      } = {
        kind: 'class',
        declared,
        scope: new Scope(scope.module, scope),
        fields: new Map(),
      }
      made.instance = { kind: 'instance', of: made as ClassValue }
      const classes = this.#classes.get(declared.name) ?? []
      classes.push(made as ClassValue)
      this.#classes.set(declared.name, classes)
      made.scope.slots.set('this', this.#slot(''))
      made.scope.slots.get('this')?.add(new Set([made.instance]))
      return made as ClassValue
    })
    const inner = value.scope
    for (const field of declared.fields) {
      const slot = this.#fieldOf(value, field.name)
      if (field.type) slot?.add(this.#instances(this.evaluate(field.type, inner)))
      if (field.value) {
        const values =
          field.value.kind === 'function'
            ? new Set([this.#function(field.value.declared, inner, value.instance)])
            : this.evaluate(field.value, inner)
        slot?.add(values)
        // Python's class body names its fields bare.
        if (scope.module.language === 'python') this.#declareSlot(inner, field.name).add(values)
      }
    }
    for (const method of declared.methods) this.#method(value, method, inner)
    return value
  }

  #method(owner: ClassValue, declared: FunctionDeclaration, scope: Scope): void {
    const value = this.#function(declared, scope, owner.instance)
    if (declared.name) this.#fieldOf(owner, declared.name)?.add(new Set([value]))
  }

  invoke(functions: Values, args: readonly Values[], site: Expression, scope: Scope, self?: Value): Values {
    const results: Values[] = []
    for (const value of functions) {
      if (value.kind === 'function') results.push(this.#invoke(value, args, site, scope, self))
      else if (value.kind === 'class') results.push(this.#construct(value, args, site, scope))
    }
    return union(results)
  }

  #invoke(
    value: FunctionValue,
    args: readonly Values[],
    site: Expression,
    scope: Scope,
    self?: Value,
  ): Values {
    const { declared } = value
    this.#called.add(declared)
    if (!this.#factories.has(declared) || this.#depth > mostDepth) {
      const frame = this.#frame(value)
      this.#pass(declared, args, frame, self)
      return frame.returns?.values ?? noValues
    }
    const frames = scope.inner.get(site) ?? new Scope(scope.module, scope)
    scope.inner.set(site, frames)
    let frame = frames.inner.get(declared)
    if (!frame) {
      frame = new Scope(value.scope.module, value.scope, declared, { scope, site })
      this.#setSelf(frame, declared, value.self)
      frames.inner.set(declared, frame)
    }
    this.#pass(declared, args, frame, self)
    if (!this.#evaluated.has(frame)) {
      this.#evaluated.add(frame)
      this.#depth++
      this.#body(value, frame)
      this.#depth--
    }
    return frame.returns?.values ?? noValues
  }

  #pass({ parameters }: FunctionDeclaration, args: readonly Values[], frame: Scope, self?: Value): void {
    if (self) frame.slots.get('this')?.add(new Set([self]))
    parameters.forEach(({ target, isRest }, index) => {
      if (isRest) {
        for (const values of args.slice(index)) this.#assign(target, values, frame, true)
        return
      }
      const values = args[index]
      if (values) this.#assign(target, values, frame, true)
    })
  }

  #construct(value: ClassValue, args: readonly Values[], site: Expression, scope: Scope): Values {
    for (const name of ['constructor', '__init__']) {
      for (const made of this.#ofClass(value, name, value.instance, 0))
        if (made.kind === 'function') this.#invoke(made, args, site, scope, value.instance)
    }
    // Types whose fields have no names: `Metrics(counter)`.
    args.forEach((values, index) => {
      if (scope.module.language === 'rust') this.#fieldOf(value, String(index))?.add(values)
    })
    return new Set([value.instance])
  }

  // Calls

  #call(expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Values {
    const { callee } = expression
    if (callee.kind === 'name' && callee.name === 'require' && scope.module.language === 'javascript')
      return this.#require(expression, scope)
    const args = this.#arguments(expression, scope)
    const site = this.#site(expression, expression.args, expression.named, scope)
    if (callee.kind === 'name' && callee.name === 'super') return this.#super(args, expression, scope)
    const receivers = callee.kind === 'get' ? this.evaluate(callee.of, scope) : noValues
    let callees: Values
    if (callee.kind === 'get') {
      callees = this.#get(receivers, callee.name)
      if (callees.size === 0) return this.#callUnknown(callee.name, receivers, args, site, expression, scope)
    } else callees = this.evaluate(callee, scope)

    if (callees.size === 0) return this.#callExternal(pathOf(callee) ?? '', args, site, expression, scope)
    const results: Values[] = []
    for (const value of callees) {
      switch (value.kind) {
        case 'function':
          results.push(this.#callFunction(value, args, site, expression, scope, receivers))
          break
        case 'class':
          results.push(this.#construct(value, args, expression, scope))
          break
        case 'external':
          results.push(this.#callExternal(value.path, args, site, expression, scope))
          break
        case 'method':
          results.push(this.#use(value.metric, value.name, site, args))
          break
        case 'metric':
          results.push(this.#use(value, '', site, args))
          break
        case 'object':
          // Such as a function that was made by a call: what it holds goes on.
          results.push(new Set([value]))
          break
        default:
      }
    }
    return union(results)
  }

  #arguments(expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Values[] {
    const args = expression.args.map((arg) => this.evaluate(arg, scope))
    for (const { value } of expression.named) this.evaluate(value, scope)
    return args
  }

  #callFunction(
    value: FunctionValue,
    args: readonly Values[],
    site: CallSite,
    expression: Extract<Expression, { kind: 'call' }>,
    scope: Scope,
    receivers: Values,
  ): Values {
    for (const library of this.#libraries) {
      const own = library.own?.(value.declared.file, value.declared.name, site)
      if (own) return own
    }
    const self = value.self
      ? undefined
      : [...receivers].find(({ kind }) => kind === 'object' || kind === 'instance')
    const named =
      expression.named.length > 0 ? this.#byName(value.declared, args, expression.named, scope) : args
    return this.#invoke(value, this.#withoutReceiver(value, named, receivers), expression, scope, self)
  }

  /** `Type::method(receiver, …)` in Rust gives the receiver as an argument. */
  #withoutReceiver(value: FunctionValue, args: readonly Values[], receivers: Values): readonly Values[] {
    const isStatic = [...receivers].some(({ kind }) => kind === 'class')
    return isStatic && value.declared.isMethod && value.scope.module.language === 'rust'
      ? args.slice(1)
      : args
  }

  #byName(
    declared: FunctionDeclaration,
    args: readonly Values[],
    named: readonly Field[],
    scope: Scope,
  ): Values[] {
    const all = [...args]
    for (const { key, value } of named) {
      const index = declared.parameters.findIndex(
        ({ target }) => target.kind === 'name' && target.name === key,
      )
      if (index >= 0) all[index] = this.evaluate(value, scope)
    }
    return declared.parameters.map((_, index) => all[index] ?? noValues)
  }

  #callExternal(
    path: string,
    args: readonly Values[],
    site: CallSite,
    expression: Expression,
    scope: Scope,
  ): Values {
    for (const library of this.#libraries) {
      const result = library.call?.(path, site)
      if (result) return result
    }
    return this.#through(noValues, args, expression, scope)
  }

  #callUnknown(
    name: string,
    receivers: Values,
    args: readonly Values[],
    site: CallSite,
    expression: Extract<Expression, { kind: 'call' }>,
    scope: Scope,
  ): Values {
    for (const library of this.#libraries) {
      const result = library.method?.(name, receivers, site)
      if (result) return result
    }
    return this.#through(receivers, args, expression, scope)
  }

  #use(metric: MetricValue, name: string, site: CallSite, args: readonly Values[]): Values {
    for (const library of this.#libraries) {
      const result = library.use?.(metric, name, site)
      if (result) return result
    }
    this.#run(args, [new Set([metric])], site)
    return new Set([metric])
  }

  #run(args: readonly Values[], given: readonly Values[], site: CallSite): void {
    for (const values of args) site.invoke(values, given)
  }

  /** A call that nothing is known of: what goes in may come out, and functions that go in may be called with it. */
  #through(receivers: Values, args: readonly Values[], expression: Expression, scope: Scope): Values {
    const inputs = union([receivers, this.#elements(receivers)])
    const results: Values[] = [this.#passing(receivers), ...args.map((values) => this.#passing(values))]
    for (const values of args) {
      for (const value of values) {
        if (value.kind === 'function')
          results.push(this.#invoke(value, [inputs, inputs, inputs], expression, scope))
      }
    }
    return union(results)
  }

  /** Texts do not come out of a call as they went in; of the rest, only what a metric can be reached from matters. */
  #passing(values: Values): Values {
    const kept = [...values].filter((value) => this.#carrying.has(value))
    return kept.length === values.size ? values : new Set(kept)
  }

  #super(args: readonly Values[], expression: Expression, scope: Scope): Values {
    for (const self of scope.find('this')?.values ?? []) {
      if (self.kind !== 'instance') continue
      for (const base of self.of.declared.bases)
        for (const value of this.evaluate(base, self.of.scope))
          if (value.kind === 'class') this.#construct(value, args, expression, scope)
      return new Set([self])
    }
    return noValues
  }

  #require(expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Values {
    const from = expression.args[0]?.kind === 'string' ? expression.args[0].value : ''
    const targets = this.#modules.resolve(scope.module, from)
    if (targets.length === 0) return this.external(from)
    return union(
      targets.map((target) => {
        const whole = this.#exports.get(target)?.get('module.exports')?.values ?? noValues
        const functions = [...whole].filter(({ kind }) => kind !== 'object')
        return new Set([this.#moduleValue(target), ...functions])
      }),
    )
  }

  // What libraries see

  #site(
    expression: Expression,
    args: readonly Expression[],
    named: readonly Field[],
    scope: Scope,
  ): CallSite {
    return createCallSite({
      interpreter: this,
      expression,
      args,
      named,
      scope,
      newObject: () => this.#newObject(expression, scope),
      get: (values, name) => this.#get(values, name),
    })
  }

  /** Metrics that are known by their name alone. */
  shared(name: string, make: () => MetricValue): MetricValue {
    const value = this.#shared.get(name) ?? make()
    this.#shared.set(name, value)
    return value
  }

  newSlot(): Slot {
    return this.#slot('')
  }

  get isDead(): boolean {
    return this.#isDead
  }

  get isTest(): boolean {
    return this.#isTest
  }

  /** Asks for functions to be looked at anew for each of their calls, because a name depends on what they are given. */
  specialise(scope: Scope): 'later' | 'done' {
    for (let at: Scope | undefined = scope.around; at; at = (at.caller ?? at.parent)?.around) {
      const { declared } = at
      if (declared === undefined) {
        if (at.parent === undefined) return 'done'
        continue
      }
      if (at.caller !== undefined) continue
      if (this.#factories.has(declared)) {
        if (this.#called.has(declared)) return 'later'
        if (declared.parameters.length > 0) continue
      }
      if (this.#factories.has(declared) || declared.parameters.length === 0) continue
      this.#factories.add(declared)
      this.#hasChanged = true
      return 'later'
    }
    return 'done'
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

const repeated: ReadonlySet<Expression['kind']> = new Set([
  'call',
  'list',
  'object',
  'typed',
  'body',
  'any',
  'join',
])

const yes: Value = { kind: 'boolean', value: true }
const no: Value = { kind: 'boolean', value: false }

export function union(sets: readonly Values[]): Values {
  const filled = sets.filter(({ size }) => size > 0)
  if (filled.length <= 1) return filled[0] ?? noValues
  const all = new Set<Value>()
  for (const values of filled) for (const value of values) all.add(value)
  return all
}

export function textsOf(values: Values): string[] {
  const texts = new Set<string>()
  for (const value of values) if (value.kind === 'string') texts.add(value.value)
  return [...texts]
}

/** The one text that it is; undefined where it may be another. */
export function literalOf(values: Values): string | undefined {
  const texts = textsOf(values)
  const isOpen = [...values].some((value) => value.kind === 'string' && value.isOpen)
  return texts.length === 1 && !isOpen ? texts[0] : undefined
}

function memberOfRest(values: Values): Values {
  const found = [...values].filter(({ kind }) => kind === 'metric' || kind === 'function')
  return found.length > 0 ? new Set(found) : noValues
}

function isMetricsPackage(from: string): boolean {
  return /^(prom-client|tidegauge\/otel|prometheus|prometheus_client|metrics|github\.com\/prometheus\/client_golang)\b/.test(
    from,
  )
}

const longestPath = 120

/** A chain of names as text: `prometheus.NewCounter`. */
export function pathOf(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name
  if (expression.kind !== 'get') return undefined
  const of = pathOf(expression.of)
  return of === undefined ? undefined : `${of}.${expression.name}`
}
