import type { ClassDeclaration } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, type Lowering, optional } from '../lower.ts'
import { functionFrom } from './functions.ts'

/** A class; the decorators of its methods are fields, for they are evaluated with it. */
export function classFrom(lowering: Lowering, node: Syntax): ClassDeclaration {
  const members = node.get('body')?.named ?? []
  const bases = (node.get('superclasses')?.named ?? [])
    .filter(({ type }) => type === 'identifier' || type === 'attribute')
    .map((base) => lowering.expression(base))
  const isKnown = node.get('superclasses') === undefined
  const methods = members.flatMap((member) => {
    const definition = member.type === 'decorated_definition' ? member.get('definition') : member
    if (definition?.type !== 'function_definition') return []
    const isStatic = /@staticmethod/.test(member.text.split('def ')[0] ?? '')
    const isDecorated = member !== definition && !/^@(staticmethod|classmethod|property)/.test(member.text)
    const called = definition.get('name')?.text ?? ''
    const isReachable = !isKnown || isDecorated || /^__\w+__$/.test(called)
    return [functionFrom(lowering, definition, { isReachable }, !isStatic)]
  })
  const fields = members.flatMap((member) => {
    const assignment = member.type === 'expression_statement' ? member.named[0] : undefined
    const left = assignment?.get('left')
    const right = assignment?.get('right')
    if (assignment?.type !== 'assignment' || left?.type !== 'identifier') return []
    return [{ name: left.text, value: right && lowering.expression(right), type: undefined }]
  })
  // Decorators of methods are evaluated with the class.
  const decorators = members
    .filter(({ type }) => type === 'decorated_definition')
    .flatMap((member) => member.children.filter(({ type }) => type === 'decorator'))
    .map((decorator, index) => ({
      name: `@${index}`,
      value: at(decorator, {
        kind: 'call',
        callee: optional(lowering, decorator, decorator.named[0]),
        args: [],
        named: [],
      }),
      type: undefined,
    }))
  return { name: node.get('name')?.text ?? '', fields: [...fields, ...decorators], methods, bases }
}
