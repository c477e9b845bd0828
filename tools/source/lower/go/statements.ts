import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, blockOf, doing, type Lowering, nothing, optional } from '../lower.ts'
import { methodDeclaration, typeDeclaration } from './declarations.ts'
import { functionFrom, isUpper } from './functions.ts'
import { importSpec } from './imports.ts'
import { assignedFrom, variablesFrom } from './variables.ts'

/** Statements of Go. */
export function statements(lowering: Lowering, nodes: readonly Syntax[]): Statement[] {
  return nodes.flatMap((node) => statement(lowering, node))
}

export function statement(lowering: Lowering, node: Syntax): Statement[] {
  switch (node.type) {
    case 'import_declaration':
      return (node.find('import_spec_list') ?? node).named.flatMap((spec) => importSpec(spec))
    case 'const_declaration':
    case 'var_declaration':
      return (node.find('var_spec_list') ?? node).named.flatMap((spec) =>
        variablesFrom(lowering, spec, spec.all('name'), node.type === 'const_declaration'),
      )
    case 'short_var_declaration':
      return assignedFrom(lowering, node, true)
    case 'assignment_statement':
      return assignedFrom(lowering, node, false)
    case 'type_declaration':
      return node.named.flatMap((spec) => typeDeclaration(lowering, spec))
    case 'function_declaration': {
      const called = node.get('name')?.text ?? ''
      const isReachable = /^(main|init)$/.test(called)
      return [
        {
          kind: 'function',
          declared: functionFrom(lowering, node, { isReachable, isExported: isUpper(called) }),
        },
      ]
    }
    case 'method_declaration':
      return methodDeclaration(lowering, node)
    case 'return_statement': {
      const values = (node.find('expression_list')?.named ?? []).map((value) => lowering.expression(value))
      const [first] = values
      if (values.length < 2) return [{ kind: 'return', value: first }]
      return [{ kind: 'return', value: at(node, { kind: 'list', items: values }) }]
    }
    case 'break_statement':
    case 'continue_statement':
    case 'goto_statement':
      return [{ kind: 'leave', value: undefined }]
    case 'if_statement':
      return ifStatement(lowering, node)
    case 'for_statement':
      return forStatement(lowering, node)
    case 'block':
    case 'statement_list':
      return node.type === 'block'
        ? [{ kind: 'block', body: lowering.statements(node.named) }]
        : lowering.statements(node.named)
    case 'expression_statement':
    case 'go_statement':
    case 'defer_statement':
    case 'send_statement':
    case 'inc_statement':
    case 'dec_statement':
      return node.named.map((part) => doing(lowering.expression(part)))
    case 'package_clause':
      return []
    default:
      return isBlock(node.type)
        ? [{ kind: 'block', body: lowering.statements(node.named) }]
        : [doing(lowering.expression(node))]
  }
}

function ifStatement(lowering: Lowering, node: Syntax): Statement[] {
  const before = node.get('initializer')
  const otherwise = node.get('alternative')
  return [
    {
      kind: 'block',
      body: [
        ...(before ? statement(lowering, before) : []),
        {
          kind: 'if',
          test: optional(lowering, node, node.get('condition')),
          whenTrue: blockOf(lowering, node.get('consequence')),
          otherwise: otherwise ? statement(lowering, otherwise) : [],
        },
      ],
    },
  ]
}

function forStatement(lowering: Lowering, node: Syntax): Statement[] {
  const range = node.find('range_clause')
  const body = blockOf(lowering, node.get('body'))
  if (range) {
    const targets = range.get('left')?.named ?? []
    const target = targets.at(-1)
    const of = optional(lowering, range, range.get('right'))
    return [{ kind: 'each', target: target ? lowering.expression(target) : nothing(range), of, body }]
  }
  const clause = node.find('for_clause')
  return [{ kind: 'block', body: [...(clause ? lowering.statements(clause.named) : []), ...body] }]
}

function isBlock(type: string): boolean {
  return /_statement$|_case$|^source_file$|^ERROR$/.test(type)
}
