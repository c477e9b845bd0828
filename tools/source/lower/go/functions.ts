import type { FunctionDeclaration, Parameter } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { blockOf, functionOf, type Lowering, name } from '../lower.ts'
import { typeExpression } from './types.ts'

/** A function; `rest` overrides what its syntax says. */
export function functionFrom(
  lowering: Lowering,
  node: Syntax,
  rest: Partial<FunctionDeclaration> = {},
): FunctionDeclaration {
  return functionOf(node, lowering, {
    name: node.get('name')?.text,
    parameters: (node.get('parameters')?.named ?? []).flatMap((parameter) =>
      parameterFrom(lowering, parameter),
    ),
    body: blockOf(lowering, node.get('body')),
    ...rest,
  })
}

/** Whether a name is exported. */
export function isUpper(text: string): boolean {
  return /^[A-Z]/.test(text)
}

function parameterFrom(lowering: Lowering, node: Syntax): Parameter[] {
  const type = node.get('type')
  return node.all('name').map((target) => ({
    target: name(target),
    type: type && typeExpression(lowering, type),
    value: undefined,
    isRest: node.type === 'variadic_parameter_declaration',
  }))
}
