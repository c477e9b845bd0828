import type { ClassDeclaration } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { functionOf, type Lowering, name } from '../lower.ts'
import { blockOf } from './block.ts'
import { functionFrom } from './functions.ts'
import { typeName } from './texts.ts'

/** A class; blocks that run when it is made count as methods of no name. */
export function classFrom(lowering: Lowering, node: Syntax, isExported = false): ClassDeclaration {
  const body = node.get('body')
  const members = body?.named ?? []
  const heritage = node.find('class_heritage')
  const extended = heritage?.find('extends_clause')?.get('value') ?? heritage?.named[0]
  const fields = members
    .filter(({ type }) => type === 'public_field_definition' || type === 'field_definition')
    .map((field) => {
      const annotation = field.get('type')
      const type = annotation && typeName(annotation)
      const value = field.get('value')
      return {
        name: (field.get('name') ?? field.get('property'))?.text ?? '',
        value: value && lowering.expression(value),
        type: type && annotation ? name(annotation, type) : undefined,
      }
    })
  const methods = members
    .filter(({ type }) => type === 'method_definition')
    .map((method) =>
      functionFrom(lowering, method, {
        isMethod: true,
        isExported,
        isReachable: method.get('name')?.text === 'constructor' || heritage !== undefined,
      }),
    )
  const blocks = members
    .filter(({ type }) => type === 'class_static_block')
    .map((block) =>
      functionOf(block, lowering, {
        name: undefined,
        parameters: [],
        body: blockOf(lowering, block.get('body')),
        isMethod: true,
        isReachable: true,
      }),
    )
  return {
    name: node.get('name')?.text ?? '',
    fields,
    methods: [...methods, ...blocks],
    bases: extended && extended.type !== 'implements_clause' ? [lowering.expression(extended)] : [],
  }
}
