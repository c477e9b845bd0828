import type { Expression, Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { any, at, blockOf, doing, nothing, optional } from '../lower.ts'
import type { RustLowering } from './lowering.ts'
import { patternFrom } from './patterns.ts'

/** `if` and `if let`. */
export function ifExpression(lowering: RustLowering, node: Syntax): Statement[] {
  const condition = node.get('condition')
  const otherwise = node.get('alternative')
  return [
    {
      kind: 'block',
      body: [
        ...(condition && /^let_/.test(condition.type) ? conditionFrom(lowering, condition) : []),
        {
          kind: 'if',
          test: condition && !/^let_/.test(condition.type) ? lowering.expression(condition) : nothing(node),
          whenTrue: blockOf(lowering, node.get('consequence')),
          otherwise: otherwise ? lowering.statements(otherwise.named) : [],
        },
      ],
    },
  ]
}

/** The names that the conditions of `if let` and `while let` bind. */
export function conditionFrom(lowering: RustLowering, node: Syntax): Statement[] {
  if (node.type === 'let_chain') return node.named.flatMap((part) => conditionFrom(lowering, part))
  const pattern = node.get('pattern')
  if (node.type !== 'let_condition' || !pattern) return [doing(lowering.expression(node))]
  return [
    {
      kind: 'let',
      target: patternFrom(lowering, pattern),
      value: optional(lowering, node, node.get('value')),
      type: undefined,
      isConstant: false,
    },
  ]
}

/** A `match`: its value is that of one of its arms. */
export function matchExpression(lowering: RustLowering, node: Syntax): Expression {
  const value = optional(lowering, node, node.get('value'))
  const arms = node.get('body')?.named ?? []
  return any(
    node,
    arms
      .filter(({ type }) => type === 'match_arm')
      .map((arm) => {
        const pattern = arm.get('pattern')?.named[0]
        const body: Statement[] = pattern
          ? [
              {
                kind: 'let',
                target: patternFrom(lowering, pattern),
                value,
                type: undefined,
                isConstant: false,
              },
            ]
          : []
        const result = arm.get('value')
        return at(arm, {
          kind: 'body',
          body: [...body, ...(result ? [doing(lowering.expression(result))] : [])],
        })
      }),
  )
}
