import type { Expression, Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, doing, type Lowering, name } from '../lower.ts'
import { typeExpression } from './types.ts'

/** Variables or constants that are declared together. */
export function variablesFrom(
  lowering: Lowering,
  spec: Syntax,
  names: readonly Syntax[],
  isConstant: boolean,
): Statement[] {
  const values = spec.get('value')?.named ?? []
  const type = spec.get('type')
  return names.map((target, index) => ({
    kind: 'let',
    target: name(target),
    value: values[index] && lowering.expression(values[index]),
    type: type && typeExpression(lowering, type),
    isConstant,
  }))
}

/** An assignment or `:=`, one by one or of one value that is taken apart. */
export function assignedFrom(lowering: Lowering, node: Syntax, declares: boolean): Statement[] {
  const targets = node.get('left')?.named ?? []
  const values = node.get('right')?.named ?? []
  const pairs: (readonly [Expression, Expression])[] =
    targets.length === values.length
      ? targets.map(
          (target, index) =>
            [lowering.expression(target), lowering.expression(values[index] as Syntax)] as const,
        )
      : values.slice(0, 1).map((value) => {
          const items = targets.map((target) => lowering.expression(target))
          return [at(node, { kind: 'list', items }), lowering.expression(value)] as const
        })
  return pairs.map(([target, value]) =>
    declares
      ? { kind: 'let', target, value, type: undefined, isConstant: false }
      : doing(at(node, { kind: 'assign', target, value })),
  )
}
