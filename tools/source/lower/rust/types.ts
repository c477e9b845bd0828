import type { Expression } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, name, nothing } from '../lower.ts'
import type { RustLowering } from './lowering.ts'
import { lastName } from './texts.ts'

/** A type as the expression that names it; those that only wrap another are looked through. */
export function typeExpression(lowering: RustLowering, node: Syntax): Expression {
  switch (node.type) {
    case 'reference_type':
    case 'pointer_type':
      return optionalType(lowering, node, node.get('type'))
    case 'generic_type': {
      const outer = lastName(node.get('type')?.text ?? '')
      const inner = node.get('type_arguments')?.named.find(({ type }) => type !== 'lifetime')
      return /^(Arc|Rc|Box|Option|Mutex|RwLock|State|Data|Extension|Lazy|LazyLock|OnceCell|OnceLock|Result|Vec)$/.test(
        outer,
      )
        ? optionalType(lowering, node, inner)
        : name(node, outer)
    }
    case 'type_identifier':
      return name(node, node.text === 'Self' ? (lowering.around.type ?? 'Self') : node.text)
    case 'scoped_type_identifier':
      return pathExpression(lowering, node)
    default:
      return nothing(node)
  }
}

/** A path as a chain of names. */
export function pathExpression(lowering: RustLowering, node: Syntax): Expression {
  const path = node.get('path')
  const last = node.get('name')?.text ?? ''
  if (!path || /^(crate|self|super)$/.test(path.text)) return name(node, last)
  const of =
    path.type === 'scoped_identifier' || path.type === 'scoped_type_identifier'
      ? pathExpression(lowering, path)
      : path.type === 'generic_type'
        ? typeExpression(lowering, path)
        : name(path, path.text === 'Self' ? (lowering.around.type ?? 'Self') : path.text)
  return at(node, { kind: 'get', of, name: last })
}

function optionalType(lowering: RustLowering, node: Syntax, type: Syntax | undefined): Expression {
  return type ? typeExpression(lowering, type) : nothing(node)
}
