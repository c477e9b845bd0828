import type { Expression } from '../program.ts'
import { functionValue } from './functions.ts'
import { fieldOf } from './members.ts'
import type { Run } from './run.ts'
import { noValues, type ObjectValue, type Scope, type Value, type Values } from './values.ts'

/** The object that an expression makes, the same one in each round. */
export function newObject(run: Run, expression: Expression, scope: Scope): ObjectValue {
  return scope.once<ObjectValue>(expression, 'object', () => ({
    kind: 'object',
    fields: new Map(),
    rest: run.newSlot(''),
    items: undefined,
    defines: undefined,
    line: expression.line,
  }))
}

/** What is written as an object: fields of its own, or of the type that it names. */
export function evaluateObject(
  run: Run,
  expression: Extract<Expression, { kind: 'object' }>,
  scope: Scope,
): Values {
  const types = expression.type ? run.evaluate(expression.type, scope) : noValues
  const classes = [...types].filter((value) => value.kind === 'class')
  const made = newObject(run, expression, scope)
  const owners: Value[] = classes.length > 0 ? classes : [made]
  for (const { key, value } of expression.fields) setField(run, owners, key, value, scope, made)
  return classes.length > 0 ? new Set(classes.map(({ instance }) => instance)) : new Set([made])
}

/** What is written as a list; its items are known one by one as long as nothing unknown is spread into it. */
export function evaluateList(
  run: Run,
  expression: Extract<Expression, { kind: 'list' }>,
  scope: Scope,
): Values {
  const made = newObject(run, expression, scope)
  let items: Values[] | undefined = []
  for (const item of expression.items) {
    const values = run.evaluate(item, scope)
    made.rest.add(values)
    if (item.kind !== 'spread') items?.push(values)
    else {
      const lists = [...run.evaluate(item.value, scope)]
      const only = lists.length === 1 && lists[0]?.kind === 'object' ? lists[0].items : undefined
      items = only && items ? [...items, ...only] : undefined
    }
  }
  made.items = items
  return new Set([made])
}

function setField(
  run: Run,
  owners: readonly Value[],
  key: string | undefined,
  value: Expression,
  scope: Scope,
  made: Value,
): void {
  if (key === undefined) {
    const spread = value.kind === 'spread' ? run.evaluate(value.value, scope) : run.evaluate(value, scope)
    for (const owner of owners) {
      for (const from of spread) {
        if (from.kind === 'object') {
          // Spread into another definition of the product, it is the pattern of that one.
          if (from.defines && !run.isTest) from.defines.metric.isPattern = true
          for (const [name, slot] of from.fields) fieldOf(run, owner, name)?.add(slot.values)
          if (owner.kind === 'object') owner.rest.add(from.rest.values)
        } else if (owner.kind === 'object') owner.rest.add(new Set([from]))
      }
    }
    return
  }
  const isMethod = value.kind === 'function' && value.declared.isMethod
  const values: Values =
    isMethod && value.kind === 'function'
      ? new Set([functionValue(run, value.declared, scope, made)])
      : run.evaluate(value, scope)
  for (const owner of owners) {
    const position = /^#(\d+)$/.exec(key)?.[1]
    const named =
      position && owner.kind === 'class' ? owner.declared.fields[Number(position)]?.name : undefined
    fieldOf(run, owner, named ?? key)?.add(values)
  }
}
