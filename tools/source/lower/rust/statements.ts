import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { blockOf, doing, optional } from '../lower.ts'
import { conditionFrom, ifExpression } from './control.ts'
import { implItem, letDeclaration, structItem } from './declarations.ts'
import { functionFrom, isEntry } from './functions.ts'
import type { RustLowering } from './lowering.ts'
import { itemsOf } from './macros.ts'
import { patternFrom } from './patterns.ts'
import { useDeclaration } from './use-declarations.ts'

/** Statements and items of Rust. */
export function statements(lowering: RustLowering, nodes: readonly Syntax[]): Statement[] {
  let attributes = ''
  return nodes.flatMap((node) => {
    if (node.type === 'attribute_item' || node.type === 'inner_attribute_item') {
      attributes += node.text
      return []
    }
    const lowered = statement(lowering, node, attributes)
    attributes = ''
    return lowered
  })
}

export function statement(lowering: RustLowering, node: Syntax, attributes = ''): Statement[] {
  switch (node.type) {
    case 'use_declaration': {
      const argument = node.get('argument')
      return argument ? useDeclaration(lowering, argument, '') : []
    }
    case 'mod_item': {
      const body = node.get('body')
      const called = node.get('name')?.text ?? ''
      if (!body) return [{ kind: 'import', from: called, names: [{ name: undefined, local: called }] }]
      if (/cfg\(.*\btest\b/.test(attributes))
        return [{ kind: 'block', body: lowering.statements(body.named), isTest: true }]
      return lowering.statements(body.named)
    }
    case 'const_item':
    case 'static_item':
    case 'let_declaration':
      return letDeclaration(lowering, node)
    case 'function_item': {
      const isTest = /\btest\b|\bbench\b/.test(attributes)
      return [
        {
          kind: 'function',
          declared: functionFrom(lowering, node, {
            isTest: isTest || lowering.isTest,
            isReachable: isEntry(node, attributes),
          }),
        },
      ]
    }
    case 'struct_item':
      return structItem(lowering, node)
    case 'impl_item':
    case 'trait_item':
      return implItem(lowering, node)
    case 'expression_statement':
      return node.named.flatMap((part) => statement(lowering, part))
    case 'return_expression':
      return [{ kind: 'return', value: node.named[0] && lowering.expression(node.named[0]) }]
    case 'break_expression':
    case 'continue_expression':
      return [{ kind: 'leave', value: node.named[0] && lowering.expression(node.named[0]) }]
    case 'if_expression':
      return ifExpression(lowering, node)
    case 'for_expression':
      return [
        {
          kind: 'each',
          target: patternFrom(lowering, node.get('pattern') as Syntax),
          of: optional(lowering, node, node.get('value')),
          body: blockOf(lowering, node.get('body')),
        },
      ]
    case 'while_expression':
    case 'loop_expression': {
      const condition = node.get('condition')
      return [
        {
          kind: 'block',
          body: [
            ...(condition ? conditionFrom(lowering, condition) : []),
            ...blockOf(lowering, node.get('body')),
          ],
        },
      ]
    }
    case 'block':
    case 'unsafe_block':
    case 'async_block':
    case 'else_clause':
    case 'ERROR':
      return [{ kind: 'block', body: lowering.statements(node.named) }]
    case 'enum_item':
    case 'type_item':
    case 'macro_definition':
    case 'extern_crate_declaration':
      return []
    case 'macro_invocation':
      return itemsOf(lowering, node) ?? [doing(lowering.expression(node))]
    default:
      return [doing(lowering.expression(node))]
  }
}
