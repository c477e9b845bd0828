import type { Expression, FunctionDeclaration } from '../program.ts'
import { assign } from './assign.ts'
import { isHigherOrder } from './higher-order.ts'
import type { Run } from './run.ts'
import { declareSlot } from './scopes.ts'
import { instancesOf } from './value-sets.ts'
import { type FunctionValue, noValues, Scope, type Value, type Values } from './values.ts'

/** A function where it is declared; its body is looked at as if somebody had called it. */
export function functionValue(
  run: Run,
  declared: FunctionDeclaration,
  scope: Scope,
  self: Value | undefined,
): FunctionValue {
  const key = self === undefined ? '' : self.kind === 'instance' ? 'instance' : self.kind
  const value = scope.once<FunctionValue>(declared, `function ${key}`, () => ({
    kind: 'function',
    declared,
    scope,
    self,
  }))
  run.functions.add(declared)
  const frame = frameOf(run, value)
  if (!run.evaluated.has(frame) && !run.libraries.some(({ isInside }) => isInside?.(declared.file))) {
    run.evaluated.add(frame)
    runBody(run, value, frame)
  }
  return value
}

/** Calls a function: all calls share one frame, but those of factories have one each. */
export function invokeFunction(
  run: Run,
  value: FunctionValue,
  args: readonly Values[],
  site: Expression,
  scope: Scope,
  self?: Value,
): Values {
  const { declared } = value
  run.called.add(declared)
  if (!(run.factories.has(declared) || isHigherOrder(declared)) || run.depth > mostDepth) {
    const frame = frameOf(run, value)
    passArguments(run, declared, args, frame, self)
    return frame.returns?.values ?? noValues
  }
  const frames = scope.inner.get(site) ?? new Scope(scope.module, scope)
  scope.inner.set(site, frames)
  let frame = frames.inner.get(declared)
  if (!frame) {
    frame = new Scope(value.scope.module, value.scope, declared, { scope, site })
    setSelf(run, frame, declared, value.self)
    frames.inner.set(declared, frame)
  }
  passArguments(run, declared, args, frame, self)
  if (!run.evaluated.has(frame)) {
    run.evaluated.add(frame)
    run.depth++
    runBody(run, value, frame)
    run.depth--
  }
  return frame.returns?.values ?? noValues
}

function frameOf(run: Run, { declared, scope, self }: FunctionValue): Scope {
  const known = scope.inner.get(declared)
  if (known) return known
  const frame = new Scope(scope.module, scope, declared)
  setSelf(run, frame, declared, self)
  scope.inner.set(declared, frame)
  return frame
}

function setSelf(run: Run, frame: Scope, { isMethod }: FunctionDeclaration, self: Value | undefined): void {
  if (!isMethod) return
  const slot = run.newSlot('')
  frame.slots.set('this', slot)
  if (self) slot.add(new Set([self]))
}

function runBody(run: Run, { declared }: FunctionValue, frame: Scope): void {
  const wasTest = run.isTest
  const wasDead = run.isDead
  run.isTest ||= declared.isTest
  run.isDead = false
  for (const { target, type, value } of declared.parameters) {
    if (value) assign(run, target, run.evaluate(value, frame), frame, true)
    if (type) assign(run, target, instancesOf(run.evaluate(type, frame)), frame, true)
    else if (target.kind === 'name') declareSlot(run, frame, target.name)
  }
  const last = run.statements(declared.body, frame)
  // In Rust the last expression is what a function returns.
  frame.returns ??= run.newSlot('')
  if (frame.module.language === 'rust') frame.returns.add(last)
  run.isTest = wasTest
  run.isDead = wasDead
}

function passArguments(
  run: Run,
  { parameters }: FunctionDeclaration,
  args: readonly Values[],
  frame: Scope,
  self?: Value,
): void {
  if (self) frame.slots.get('this')?.add(new Set([self]))
  parameters.forEach(({ target, isRest }, index) => {
    if (isRest) {
      for (const values of args.slice(index)) assign(run, target, values, frame, true)
      return
    }
    const values = args[index]
    if (values) assign(run, target, values, frame, true)
  })
}

const mostDepth = 5
