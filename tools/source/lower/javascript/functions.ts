import type { Expression, FunctionDeclaration, Parameter } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, functionOf, type Lowering, name } from '../lower.ts'
import { patternFrom } from './patterns.ts'
import { typeName } from './texts.ts'

/** A function, method or arrow; `rest` overrides what its syntax says. */
export function functionFrom(
  lowering: Lowering,
  node: Syntax,
  rest: Partial<FunctionDeclaration> = {},
): FunctionDeclaration {
  const body = node.get('body')
  const single = node.get('parameter')
  const parameters = single
    ? [{ target: name(single), type: undefined, value: undefined, isRest: false }]
    : (node.get('parameters')?.named ?? []).map((parameter) => parameterFrom(lowering, parameter))
  const isArrow = node.type === 'arrow_function'
  return functionOf(node, lowering, {
    name: node.get('name')?.text,
    parameters,
    body:
      body === undefined
        ? []
        : body.type === 'statement_block'
          ? lowering.statements(body.named)
          : [{ kind: 'return', value: lowering.expression(body) }],
    isMethod: !isArrow && node.type !== 'function_declaration',
    ...rest,
  })
}

export function isFunction(type: string): boolean {
  return type === 'arrow_function' || type === 'function_expression' || type === 'function'
}

function parameterFrom(lowering: Lowering, node: Syntax): Parameter {
  const inner = node.get('pattern') ?? node
  const isRest = inner.type === 'rest_pattern'
  const target = isRest
    ? (inner.named[0] ?? inner)
    : inner.type === 'assignment_pattern'
      ? inner.get('left')
      : inner
  const value = node.get('value') ?? (inner.type === 'assignment_pattern' ? inner.get('right') : undefined)
  const annotation = node.get('type')
  const type = annotation && typeName(annotation)
  const isField = node.children.some(
    ({ type: kind }) => kind === 'accessibility_modifier' || kind === 'readonly',
  )
  const pattern = patternFrom(lowering, target ?? node)
  return {
    target: isField ? at(node, { kind: 'any', of: [pattern, ofThis(node, (target ?? node).text)] }) : pattern,
    type: type && annotation ? name(annotation, type) : undefined,
    value: value && lowering.expression(value),
    isRest,
  }
}

function ofThis(node: Syntax, member: string): Expression {
  return at(node, { kind: 'get', of: name(node, 'this'), name: member })
}
