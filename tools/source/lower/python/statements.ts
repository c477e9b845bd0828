import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, blockOf, doing, expressionsOf, type Lowering, opaque, optional } from '../lower.ts'
import { classFrom } from './classes.ts'
import { decoratedFrom } from './decorated.ts'
import { functionFrom } from './functions.ts'
import { importFrom, importPart } from './imports.ts'

/** Statements of Python. */
export function statements(lowering: Lowering, nodes: readonly Syntax[]): Statement[] {
  return nodes.flatMap((node) => statement(lowering, node))
}

export function statement(lowering: Lowering, node: Syntax): Statement[] {
  switch (node.type) {
    case 'import_statement':
      return node.named.map((part) => importPart(part))
    case 'import_from_statement':
      return importFrom(node)
    case 'expression_statement':
      return node.named.map((part) => doing(lowering.expression(part)))
    case 'function_definition':
      return [{ kind: 'function', declared: functionFrom(lowering, node) }]
    case 'class_definition':
      return [{ kind: 'class', declared: classFrom(lowering, node) }]
    case 'decorated_definition':
      return decoratedFrom(lowering, node)
    case 'return_statement':
      return [{ kind: 'return', value: node.named[0] && lowering.expression(node.named[0]) }]
    case 'raise_statement':
    case 'break_statement':
    case 'continue_statement':
      return [{ kind: 'leave', value: opaque(node, expressionsOf(lowering, node.named)) }]
    case 'if_statement':
      return [ifStatement(lowering, node, node.all('alternative'))]
    case 'else_clause':
      return blockOf(lowering, node.get('body'))
    case 'for_statement':
      return [
        {
          kind: 'each',
          target: optional(lowering, node, node.get('left')),
          of: optional(lowering, node, node.get('right')),
          body: blockOf(lowering, node.get('body')),
        },
      ]
    case 'with_statement':
      return withStatement(lowering, node)
    case 'block':
    case 'try_statement':
    case 'except_clause':
    case 'except_group_clause':
    case 'finally_clause':
    case 'while_statement':
    case 'match_statement':
    case 'case_clause':
    case 'ERROR':
      return [{ kind: 'block', body: lowering.statements(node.named) }]
    case 'pass_statement':
    case 'global_statement':
    case 'nonlocal_statement':
      return []
    default:
      return [doing(lowering.expression(node))]
  }
}

function ifStatement(lowering: Lowering, node: Syntax, alternatives: readonly Syntax[]): Statement {
  const [next, ...rest] = alternatives
  return {
    kind: 'if',
    test: optional(lowering, node, node.get('condition')),
    whenTrue: blockOf(lowering, node.get('consequence')),
    otherwise:
      next === undefined
        ? []
        : next.type === 'elif_clause'
          ? [ifStatement(lowering, next, rest)]
          : statement(lowering, next),
  }
}

function withStatement(lowering: Lowering, node: Syntax): Statement[] {
  const items = node.find('with_clause')?.named ?? []
  return [
    ...items.flatMap((item): Statement[] => {
      const value = item.get('value') ?? item.named[0]
      if (!value) return []
      if (value.type !== 'as_pattern') return [doing(lowering.expression(value))]
      const [inner, target] = value.named
      const lowered = optional(lowering, value, inner)
      const named = target?.named[0] ?? target
      return named
        ? [doing(at(value, { kind: 'assign', target: lowering.expression(named), value: lowered }))]
        : [doing(lowered)]
    }),
    { kind: 'block', body: blockOf(lowering, node.get('body')) },
  ]
}
