import type { Expression, Field } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, type Lowering, name } from '../lower.ts'
import { keyText } from './texts.ts'

/** What is assigned to: a name, a member, or a pattern that takes a value apart. */
export function patternFrom(lowering: Lowering, node: Syntax): Expression {
  switch (node.type) {
    case 'object_pattern':
      return at(node, {
        kind: 'object',
        type: undefined,
        fields: node.named.map((part): Field => {
          if (part.type === 'pair_pattern')
            return {
              key: keyText(part.get('key')),
              value: patternFrom(lowering, part.get('value') as Syntax),
            }
          if (part.type === 'rest_pattern')
            return { key: undefined, value: patternFrom(lowering, part.named[0] as Syntax) }
          if (part.type === 'object_assignment_pattern') {
            const left = part.get('left') as Syntax
            return { key: left.text, value: name(left) }
          }
          return { key: part.text, value: name(part) }
        }),
      })
    case 'array_pattern':
      return at(node, { kind: 'list', items: node.named.map((part) => patternFrom(lowering, part)) })
    case 'assignment_pattern':
      return patternFrom(lowering, node.get('left') as Syntax)
    default:
      return lowering.expression(node)
  }
}
