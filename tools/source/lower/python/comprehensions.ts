import type { Expression, Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, doing, type Lowering, optional } from '../lower.ts'

/** A comprehension, as loops that make a list. */
export function comprehensionFrom(lowering: Lowering, node: Syntax): Expression {
  const clauses = node.named.filter(({ type }) => type === 'for_in_clause')
  const made = node.get('body') ?? node.named[0]
  const value = made?.type === 'pair' ? made.get('value') : made
  const key = made?.type === 'pair' ? made.get('key') : undefined
  return at(node, {
    kind: 'body',
    body: [
      ...clauses.map(
        (clause): Statement => ({
          kind: 'each',
          target: optional(lowering, clause, clause.get('left')),
          of: optional(lowering, clause, clause.get('right')),
          body: [],
        }),
      ),
      ...(key ? [doing(lowering.expression(key))] : []),
      doing(
        at(node, {
          kind: 'list',
          items: [
            at(node, {
              kind: 'spread',
              value: at(node, { kind: 'list', items: [optional(lowering, node, value)] }),
            }),
          ],
        }),
      ),
    ],
  })
}
