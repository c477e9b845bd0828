import type { FunctionDeclaration, Parameter } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { doing, functionOf } from '../lower.ts'
import type { RustLowering } from './lowering.ts'
import { patternFrom } from './patterns.ts'
import { typeExpression } from './types.ts'

/** A function or closure; `rest` overrides what its syntax says. */
export function functionFrom(
  lowering: RustLowering,
  node: Syntax,
  rest: Partial<FunctionDeclaration> = {},
): FunctionDeclaration {
  const body = node.get('body')
  const parameters = (node.get('parameters')?.named ?? []).flatMap((part) => parameterFrom(lowering, part))
  const isBlock = body?.type === 'block'
  return functionOf(node, lowering, {
    name: node.get('name')?.text,
    parameters,
    body: body ? (isBlock ? lowering.statements(body.named) : [doing(lowering.expression(body))]) : [],
    isExported: node.find('visibility_modifier') !== undefined,
    ...rest,
  })
}

/** Whether a framework calls it. */
export function isEntry(node: Syntax, attributes: string): boolean {
  return (
    node.get('name')?.text === 'main' ||
    /tokio::main|no_mangle|\b(get|post|put|delete|handler|route)\b/.test(attributes)
  )
}

function parameterFrom(lowering: RustLowering, node: Syntax): Parameter[] {
  if (node.type === 'self_parameter' || node.type === 'attribute_item') return []
  const pattern = node.type === 'parameter' ? node.get('pattern') : node
  const type = node.get('type')
  if (!pattern) return []
  return [
    {
      target: patternFrom(lowering, pattern),
      type: type && typeExpression(lowering, type),
      value: undefined,
      isRest: false,
    },
  ]
}
