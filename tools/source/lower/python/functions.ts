import type { FunctionDeclaration, Parameter, Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { blockOf, functionOf, type Lowering, name } from '../lower.ts'

/** A function, method or lambda; `rest` overrides what its syntax says. */
export function functionFrom(
  lowering: Lowering,
  node: Syntax,
  rest: Partial<FunctionDeclaration> = {},
  isMethod = false,
): FunctionDeclaration {
  const called = node.get('name')?.text
  const isLambda = node.type === 'lambda'
  const body = node.get('body')
  const parameters = (node.get('parameters')?.named ?? []).flatMap((part) => parameterFrom(lowering, part))
  const self = isMethod ? parameters[0]?.target : undefined
  const statements: Statement[] =
    isLambda && body ? [{ kind: 'return', value: lowering.expression(body) }] : blockOf(lowering, body)
  return functionOf(node, lowering, {
    name: called,
    parameters: isMethod ? parameters.slice(1) : parameters,
    body: self
      ? [
          {
            kind: 'let',
            target: self,
            value: { ...self, kind: 'name', name: 'this' },
            type: undefined,
            isConstant: false,
          },
          ...statements,
        ]
      : statements,
    isMethod,
    isTest: lowering.isTest || /^test_/.test(called ?? ''),
    isExported: !called?.startsWith('_'),
    isReachable: /^__\w+__$|^main$/.test(called ?? ''),
    ...rest,
  })
}

function parameterFrom(lowering: Lowering, node: Syntax): Parameter[] {
  const inner = node.get('name') ?? node.named[0] ?? node
  const target = inner.type === 'identifier' ? inner : (inner.named[0] ?? inner)
  if (target.type !== 'identifier') return []
  const type = node.get('type')?.named[0]
  const value = node.get('value')
  return [
    {
      target: name(target),
      type:
        type && (type.type === 'identifier' || type.type === 'attribute')
          ? lowering.expression(type)
          : undefined,
      value: value && lowering.expression(value),
      isRest: /splat/.test(node.type) || /splat/.test(inner.type),
    },
  ]
}
