import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { functionFrom, isEntry } from './functions.ts'
import type { RustLowering } from './lowering.ts'
import { patternFrom } from './patterns.ts'
import { lastName } from './texts.ts'
import { typeExpression } from './types.ts'

/** A variable, constant or static. */
export function letDeclaration(lowering: RustLowering, node: Syntax): Statement[] {
  const target = node.get('name') ?? node.get('pattern')
  const value = node.get('value')
  const type = node.get('type')
  if (!target) return []
  const otherwise = node.get('alternative')
  return [
    {
      kind: 'let',
      target: patternFrom(lowering, target),
      value: value && lowering.expression(value),
      type: type && typeExpression(lowering, type),
      isConstant: node.type === 'const_item',
    },
    ...(otherwise ? lowering.statements([otherwise]) : []),
  ]
}

/** A struct, with named fields or numbered ones. */
export function structItem(lowering: RustLowering, node: Syntax): Statement[] {
  const body = node.get('body')
  const isOrdered = body?.type === 'ordered_field_declaration_list'
  const fields = isOrdered
    ? body.all('type').map((type, index) => ({
        name: String(index),
        value: undefined,
        type: typeExpression(lowering, type),
      }))
    : (body?.named ?? [])
        .filter(({ type }) => type === 'field_declaration')
        .map((field) => {
          const type = field.get('type')
          return {
            name: field.get('name')?.text ?? '',
            value: undefined,
            type: type && typeExpression(lowering, type),
          }
        })
  return [{ kind: 'class', declared: { name: node.get('name')?.text ?? '', fields, methods: [], bases: [] } }]
}

/** The methods of an `impl` or a trait. */
export function implItem(lowering: RustLowering, node: Syntax): Statement[] {
  const before = lowering.around
  const type = node.get('type') ?? node.get('name')
  const called = type?.type === 'generic_type' ? type.get('type')?.text : type?.text
  lowering.around = {
    type: lastName(called ?? ''),
    isTrait: node.get('trait') !== undefined || node.type === 'trait_item',
  }
  let attributes = ''
  const statements = (node.get('body')?.named ?? []).flatMap((member): Statement[] => {
    if (member.type === 'attribute_item') {
      attributes += member.text
      return []
    }
    const around = lowering.around
    if (member.type !== 'function_item') return lowering.statements([member])
    const isMethod = member.get('parameters')?.find('self_parameter') !== undefined
    const declared = functionFrom(lowering, member, {
      isMethod,
      isReachable: around.isTrait || isEntry(member, attributes),
    })
    attributes = ''
    return [{ kind: 'method', type: around.type ?? '', declared }]
  })
  lowering.around = before
  return statements
}
