import type { Expression, Field } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { any, at, name, nothing } from '../lower.ts'
import type { RustLowering } from './lowering.ts'

/** The names that a pattern binds. */
export function patternFrom(lowering: RustLowering, node: Syntax): Expression {
  switch (node.type) {
    case 'tuple_struct_pattern':
      return any(
        node,
        node.named.slice(1).map((part) => patternFrom(lowering, part)),
      )
    case 'tuple_pattern':
    case 'slice_pattern':
      return at(node, { kind: 'list', items: node.named.map((part) => patternFrom(lowering, part)) })
    case 'mut_pattern':
    case 'ref_pattern':
    case 'reference_pattern':
      return any(
        node,
        node.named
          .filter(({ type }) => type !== 'mutable_specifier')
          .map((part) => patternFrom(lowering, part)),
      )
    case 'struct_pattern':
      return at(node, {
        kind: 'object',
        type: undefined,
        fields: node.named
          .filter(({ type }) => type === 'field_pattern')
          .map((part): Field => {
            const inner = part.get('pattern')
            const key = part.get('name')
            return { key: key?.text, value: inner ? patternFrom(lowering, inner) : name(key ?? part) }
          }),
      })
    case 'typed_pattern':
      return patternFrom(lowering, node.named[0] as Syntax)
    case 'identifier':
    case 'shorthand_field_identifier':
      return name(node)
    default:
      return nothing(node)
  }
}
