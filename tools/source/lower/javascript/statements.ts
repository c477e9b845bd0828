import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, doing, type Lowering, name, optional } from '../lower.ts'
import { blockOf } from './block.ts'
import { classFrom } from './classes.ts'
import { functionFrom, isFunction } from './functions.ts'
import { exportStatement, importStatement } from './modules.ts'
import { patternFrom } from './patterns.ts'
import { typeName } from './texts.ts'

/** Statements of JavaScript or TypeScript. */
export function statements(lowering: Lowering, nodes: readonly Syntax[], isExported = false): Statement[] {
  return nodes.flatMap((node) => statement(lowering, node, isExported))
}

export function statement(lowering: Lowering, node: Syntax, isExported = false): Statement[] {
  switch (node.type) {
    case 'lexical_declaration':
    case 'variable_declaration':
      return node.named.flatMap((declarator) =>
        variableFrom(lowering, declarator, node.has('const'), isExported),
      )
    case 'expression_statement':
      return node.named.map((child) => doing(lowering.expression(child)))
    case 'export_statement':
      return exportStatement(lowering, node)
    case 'import_statement':
      return importStatement(node)
    case 'function_declaration':
    case 'generator_function_declaration':
      return [{ kind: 'function', declared: functionFrom(lowering, node, { isExported }) }]
    case 'class_declaration':
    case 'abstract_class_declaration':
      return [{ kind: 'class', declared: classFrom(lowering, node, isExported) }]
    case 'return_statement':
      return [{ kind: 'return', value: node.named[0] && lowering.expression(node.named[0]) }]
    case 'throw_statement':
    case 'break_statement':
    case 'continue_statement':
      return [{ kind: 'leave', value: node.named[0] && lowering.expression(node.named[0]) }]
    case 'if_statement':
      return [
        {
          kind: 'if',
          test: optional(lowering, node, node.get('condition')),
          whenTrue: blockOf(lowering, node.get('consequence')),
          otherwise: blockOf(lowering, node.get('alternative')?.named[0]),
        },
      ]
    case 'statement_block':
      return [{ kind: 'block', body: lowering.statements(node.named) }]
    case 'for_in_statement':
      return [
        {
          kind: 'each',
          target: patternFrom(lowering, node.get('left') as Syntax),
          of: optional(lowering, node, node.get('right')),
          body: blockOf(lowering, node.get('body')),
        },
      ]
    case 'interface_declaration':
    case 'type_alias_declaration':
    case 'ambient_declaration':
    case 'empty_statement':
      return []
    case 'switch_case':
    case 'switch_default':
      return [{ kind: 'block', body: node.named.flatMap((child) => statement(lowering, child)) }]
    default:
      return isStatement(node.type) || node.type === 'ERROR'
        ? [{ kind: 'block', body: node.named.flatMap((child) => statement(lowering, child)) }]
        : [doing(lowering.expression(node))]
  }
}

function variableFrom(
  lowering: Lowering,
  node: Syntax,
  isConstant: boolean,
  isExported: boolean,
): Statement[] {
  if (node.type !== 'variable_declarator') return []
  const target = node.get('name') as Syntax
  const value = node.get('value')
  if (value && isFunction(value.type) && target.type === 'identifier') {
    const declared = functionFrom(lowering, value, { isExported, name: target.text })
    return [
      {
        kind: 'let',
        target: name(target),
        value: at(value, { kind: 'function', declared }),
        type: undefined,
        isConstant,
      },
    ]
  }
  const annotation = node.get('type')
  const lowered = value && lowering.expression(value)
  const type = annotation && typeName(annotation)
  return [
    {
      kind: 'let',
      target: patternFrom(lowering, target),
      value: lowered && type ? at(node, { kind: 'typed', value: lowered, type }) : lowered,
      type: undefined,
      isConstant,
    },
  ]
}

function isStatement(type: string): boolean {
  return (
    type.endsWith('_statement') || type.endsWith('_clause') || type === 'switch_body' || type === 'program'
  )
}
