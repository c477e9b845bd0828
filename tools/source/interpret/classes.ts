import type { ClassDeclaration, Expression, FunctionDeclaration } from '../program.ts'
import { functionValue, invokeFunction } from './functions.ts'
import { fieldOf, memberOfClass } from './members.ts'
import type { Run } from './run.ts'
import { declareSlot } from './scopes.ts'
import { instancesOf } from './value-sets.ts'
import { type ClassValue, Scope, type Slot, type Values } from './values.ts'

/** A class with what its fields hold and its methods do; the same one in each round. */
export function classValue(run: Run, declared: ClassDeclaration, scope: Scope): ClassValue {
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
    const classes = run.classes.get(declared.name) ?? []
    classes.push(made as ClassValue)
    run.classes.set(declared.name, classes)
    made.scope.slots.set('this', run.newSlot(''))
    made.scope.slots.get('this')?.add(new Set([made.instance]))
    return made as ClassValue
  })
  const inner = value.scope
  for (const field of declared.fields) {
    const slot = fieldOf(run, value, field.name)
    if (field.type) slot?.add(instancesOf(run.evaluate(field.type, inner)))
    if (field.value) {
      const values =
        field.value.kind === 'function'
          ? new Set([functionValue(run, field.value.declared, inner, value.instance)])
          : run.evaluate(field.value, inner)
      slot?.add(values)
      // Python's class body names its fields bare.
      if (scope.module.language === 'python') declareSlot(run, inner, field.name).add(values)
    }
  }
  for (const method of declared.methods) addMethod(run, value, method, inner)
  return value
}

/** Adds a method, which may stand outside of its type. */
export function addMethod(run: Run, owner: ClassValue, declared: FunctionDeclaration, scope: Scope): void {
  const value = functionValue(run, declared, scope, owner.instance)
  if (declared.name) fieldOf(run, owner, declared.name)?.add(new Set([value]))
}

/** Makes an instance, by the constructor that is declared. */
export function construct(
  run: Run,
  value: ClassValue,
  args: readonly Values[],
  site: Expression,
  scope: Scope,
): Values {
  for (const name of ['constructor', '__init__']) {
    for (const made of memberOfClass(run, value, name, value.instance, 0))
      if (made.kind === 'function') invokeFunction(run, made, args, site, scope, value.instance)
  }
  // Types whose fields have no names: `Metrics(counter)`.
  args.forEach((values, index) => {
    if (scope.module.language === 'rust') fieldOf(run, value, String(index))?.add(values)
  })
  return new Set([value.instance])
}
