import { any, at, doing, functionOf, type LoweredFile, name, nothing, opaque } from './lower.ts'
import type { Expression, Field, FunctionDeclaration, ImportedName, Parameter, Statement } from './program.ts'
import type { Syntax } from './syntax.ts'

/** Reads a file of Rust. Inline modules share the names of their file. */
export function lowerRust(root: Syntax, file: LoweredFile): Statement[] {
  return new RustLowering(file).statements(root.named)
}

interface Around {
  readonly type: string | undefined
  readonly isTrait: boolean
}

class RustLowering {
  readonly #file: LoweredFile
  #around: Around = { type: undefined, isTrait: false }
  #depth = 0

  constructor(file: LoweredFile) {
    this.#file = file
  }

  statements(nodes: readonly Syntax[]): Statement[] {
    let attributes = ''
    return nodes.flatMap((node) => {
      if (node.type === 'attribute_item' || node.type === 'inner_attribute_item') {
        attributes += node.text
        return []
      }
      const lowered = this.#statement(node, attributes)
      attributes = ''
      return lowered
    })
  }

  #block(node: Syntax | undefined): Statement[] {
    return node ? this.statements(node.named) : []
  }

  #statement(node: Syntax, attributes = ''): Statement[] {
    switch (node.type) {
      case 'use_declaration': {
        const argument = node.get('argument')
        return argument ? this.#use(argument, '') : []
      }
      case 'mod_item': {
        const body = node.get('body')
        const called = node.get('name')?.text ?? ''
        if (!body)
          return [
            { kind: 'import', from: called, names: [{ name: undefined, local: called }], isAgain: false },
          ]
        if (/cfg\(.*\btest\b/.test(attributes))
          return [{ kind: 'block', body: this.statements(body.named), isTest: true }]
        return this.statements(body.named)
      }
      case 'const_item':
      case 'static_item':
      case 'let_declaration':
        return this.#let(node)
      case 'function_item': {
        const isTest = /\btest\b|\bbench\b/.test(attributes)
        return [
          {
            kind: 'function',
            declared: this.#function(node, {
              isTest: isTest || this.#file.isTest,
              isReachable: isEntry(node, attributes),
            }),
          },
        ]
      }
      case 'struct_item':
        return this.#struct(node)
      case 'impl_item':
      case 'trait_item':
        return this.#impl(node)
      case 'expression_statement':
        return node.named.flatMap((part) => this.#statement(part))
      case 'return_expression':
        return [{ kind: 'return', value: node.named[0] && this.#expression(node.named[0]) }]
      case 'break_expression':
      case 'continue_expression':
        return [{ kind: 'leave', value: node.named[0] && this.#expression(node.named[0]) }]
      case 'if_expression':
        return this.#if(node)
      case 'for_expression':
        return [
          {
            kind: 'each',
            target: this.#pattern(node.get('pattern') as Syntax),
            of: this.#optional(node, node.get('value')),
            body: this.#block(node.get('body')),
          },
        ]
      case 'while_expression':
      case 'loop_expression': {
        const condition = node.get('condition')
        return [
          {
            kind: 'block',
            body: [...(condition ? this.#condition(condition) : []), ...this.#block(node.get('body'))],
          },
        ]
      }
      case 'block':
      case 'unsafe_block':
      case 'async_block':
      case 'else_clause':
      case 'ERROR':
        return [{ kind: 'block', body: this.statements(node.named) }]
      case 'enum_item':
      case 'type_item':
      case 'macro_definition':
      case 'extern_crate_declaration':
        return []
      case 'macro_invocation':
        return this.#items(node) ?? [doing(this.#expression(node))]
      default:
        return [doing(this.#expression(node))]
    }
  }

  /** `lazy_static!` and the like hold items. */
  #items(node: Syntax): Statement[] | undefined {
    const called = lastName(node.get('macro')?.text ?? '')
    if (called !== 'lazy_static' && called !== 'thread_local') return undefined
    const inner = this.#inside(node).replace(/static\s+ref\s/g, (match) => 'static'.padEnd(match.length))
    return this.statements(this.#reparsed(inner, node).named)
  }

  #use(node: Syntax, prefix: string): Statement[] {
    const join = (path: string) => [prefix, path].filter((part) => part !== '').join('::')
    const one = (path: string, local: string): Statement[] => {
      const cut = path.lastIndexOf('::')
      const names: ImportedName[] =
        cut < 0 ? [{ name: undefined, local }] : [{ name: path.slice(cut + 2), local }]
      return [{ kind: 'import', from: cut < 0 ? path : path.slice(0, cut), names, isAgain: true }]
    }
    switch (node.type) {
      case 'use_list':
        return node.named.flatMap((part) => this.#use(part, prefix))
      case 'scoped_use_list':
        return this.#use(node.get('list') as Syntax, join(node.get('path')?.text ?? ''))
      case 'use_as_clause':
        return one(join(node.get('path')?.text ?? ''), node.get('alias')?.text ?? '')
      case 'use_wildcard':
        return [
          {
            kind: 'import',
            from: join(node.named[0]?.text ?? ''),
            names: [{ name: '*', local: '*' }],
            isAgain: true,
          },
        ]
      default: {
        const path = join(node.text)
        return node.text === 'self' ? one(prefix, lastName(prefix)) : one(path, lastName(path))
      }
    }
  }

  #let(node: Syntax): Statement[] {
    const target = node.get('name') ?? node.get('pattern')
    const value = node.get('value')
    const type = node.get('type')
    if (!target) return []
    const otherwise = node.get('alternative')
    return [
      {
        kind: 'let',
        target: this.#pattern(target),
        value: value && this.#expression(value),
        type: type && this.#type(type),
        isConstant: node.type === 'const_item',
      },
      ...(otherwise ? this.#statement(otherwise) : []),
    ]
  }

  #struct(node: Syntax): Statement[] {
    const body = node.get('body')
    const isOrdered = body?.type === 'ordered_field_declaration_list'
    const fields = isOrdered
      ? body
          .all('type')
          .map((type, index) => ({ name: String(index), value: undefined, type: this.#type(type) }))
      : (body?.named ?? [])
          .filter(({ type }) => type === 'field_declaration')
          .map((field) => {
            const type = field.get('type')
            return { name: field.get('name')?.text ?? '', value: undefined, type: type && this.#type(type) }
          })
    return [
      { kind: 'class', declared: { name: node.get('name')?.text ?? '', fields, methods: [], bases: [] } },
    ]
  }

  #impl(node: Syntax): Statement[] {
    const before = this.#around
    const type = node.get('type') ?? node.get('name')
    const called = type?.type === 'generic_type' ? type.get('type')?.text : type?.text
    this.#around = {
      type: lastName(called ?? ''),
      isTrait: node.get('trait') !== undefined || node.type === 'trait_item',
    }
    let attributes = ''
    const statements = (node.get('body')?.named ?? []).flatMap((member): Statement[] => {
      if (member.type === 'attribute_item') {
        attributes += member.text
        return []
      }
      const around = this.#around
      if (member.type !== 'function_item') return this.#statement(member)
      const isMethod = member.get('parameters')?.find('self_parameter') !== undefined
      const declared = this.#function(member, {
        isMethod,
        isReachable: around.isTrait || isEntry(member, attributes),
      })
      attributes = ''
      return [{ kind: 'method', type: around.type ?? '', declared }]
    })
    this.#around = before
    return statements
  }

  #function(node: Syntax, rest: Partial<FunctionDeclaration> = {}): FunctionDeclaration {
    const body = node.get('body')
    const parameters = (node.get('parameters')?.named ?? []).flatMap((part) => this.#parameter(part))
    const isBlock = body?.type === 'block'
    return functionOf(node, this.#file, {
      name: node.get('name')?.text,
      parameters,
      body: body ? (isBlock ? this.statements(body.named) : [doing(this.#expression(body))]) : [],
      isExported: node.find('visibility_modifier') !== undefined,
      ...rest,
    })
  }

  #parameter(node: Syntax): Parameter[] {
    if (node.type === 'self_parameter' || node.type === 'attribute_item') return []
    const pattern = node.type === 'parameter' ? node.get('pattern') : node
    const type = node.get('type')
    if (!pattern) return []
    return [
      { target: this.#pattern(pattern), type: type && this.#type(type), value: undefined, isRest: false },
    ]
  }

  #pattern(node: Syntax): Expression {
    switch (node.type) {
      case 'tuple_struct_pattern':
        return any(
          node,
          node.named.slice(1).map((part) => this.#pattern(part)),
        )
      case 'tuple_pattern':
      case 'slice_pattern':
        return at(node, { kind: 'list', items: node.named.map((part) => this.#pattern(part)) })
      case 'mut_pattern':
      case 'ref_pattern':
      case 'reference_pattern':
        return any(
          node,
          node.named.filter(({ type }) => type !== 'mutable_specifier').map((part) => this.#pattern(part)),
        )
      case 'struct_pattern':
        return at(node, {
          kind: 'object',
          type: undefined,
          fields: node.named
            .filter(({ type }) => type === 'field_pattern')
            .map((part): Field => {
              const inner = part.get('pattern')
              const key = part.get('name')
              return { key: key?.text, value: inner ? this.#pattern(inner) : name(key ?? part) }
            }),
        })
      case 'typed_pattern':
        return this.#pattern(node.named[0] as Syntax)
      case 'identifier':
      case 'shorthand_field_identifier':
        return name(node)
      default:
        return nothing(node)
    }
  }

  /** A type as the expression that names it; those that only wrap another are looked through. */
  #type(node: Syntax): Expression {
    switch (node.type) {
      case 'reference_type':
      case 'pointer_type':
        return this.#optionalType(node, node.get('type'))
      case 'generic_type': {
        const outer = lastName(node.get('type')?.text ?? '')
        const inner = node.get('type_arguments')?.named.find(({ type }) => type !== 'lifetime')
        return /^(Arc|Rc|Box|Option|Mutex|RwLock|State|Data|Extension|Lazy|LazyLock|OnceCell|OnceLock|Result|Vec)$/.test(
          outer,
        )
          ? this.#optionalType(node, inner)
          : name(node, outer)
      }
      case 'type_identifier':
        return name(node, node.text === 'Self' ? (this.#around.type ?? 'Self') : node.text)
      case 'scoped_type_identifier':
        return this.#path(node)
      default:
        return nothing(node)
    }
  }

  #optionalType(node: Syntax, type: Syntax | undefined): Expression {
    return type ? this.#type(type) : nothing(node)
  }

  #if(node: Syntax): Statement[] {
    const condition = node.get('condition')
    const otherwise = node.get('alternative')
    return [
      {
        kind: 'block',
        body: [
          ...(condition && /^let_/.test(condition.type) ? this.#condition(condition) : []),
          {
            kind: 'if',
            test: condition && !/^let_/.test(condition.type) ? this.#expression(condition) : nothing(node),
            whenTrue: this.#block(node.get('consequence')),
            otherwise: otherwise ? this.statements(otherwise.named) : [],
          },
        ],
      },
    ]
  }

  #condition(node: Syntax): Statement[] {
    if (node.type === 'let_chain') return node.named.flatMap((part) => this.#condition(part))
    const pattern = node.get('pattern')
    if (node.type !== 'let_condition' || !pattern) return [doing(this.#expression(node))]
    return [
      {
        kind: 'let',
        target: this.#pattern(pattern),
        value: this.#optional(node, node.get('value')),
        type: undefined,
        isConstant: false,
      },
    ]
  }

  #optional(node: Syntax, child: Syntax | undefined): Expression {
    return child ? this.#expression(child) : nothing(node)
  }

  #all(nodes: readonly Syntax[]): Expression[] {
    return nodes.map((node) => this.#expression(node))
  }

  #path(node: Syntax): Expression {
    const path = node.get('path')
    const last = node.get('name')?.text ?? ''
    if (!path || /^(crate|self|super)$/.test(path.text)) return name(node, last)
    const of =
      path.type === 'scoped_identifier' || path.type === 'scoped_type_identifier'
        ? this.#path(path)
        : path.type === 'generic_type'
          ? this.#type(path)
          : name(path, path.text === 'Self' ? (this.#around.type ?? 'Self') : path.text)
    return at(node, { kind: 'get', of, name: last })
  }

  #expression(node: Syntax): Expression {
    switch (node.type) {
      case 'identifier':
        return name(node)
      case 'self':
        return name(node, 'this')
      case 'string_literal':
      case 'raw_string_literal':
        return at(node, { kind: 'string', value: stringText(node) })
      case 'integer_literal':
      case 'float_literal':
        return at(node, { kind: 'number', value: Number.parseFloat(node.text.replaceAll('_', '')) })
      case 'boolean_literal':
        return at(node, { kind: 'boolean', value: node.text === 'true' })
      case 'scoped_identifier':
        return this.#path(node)
      case 'generic_function':
        return this.#optional(node, node.get('function'))
      case 'field_expression':
        return at(node, {
          kind: 'get',
          of: this.#optional(node, node.get('value')),
          name: node.get('field')?.text ?? '',
        })
      case 'call_expression':
        return at(node, {
          kind: 'call',
          callee: this.#optional(node, node.get('function')),
          args: this.#all(node.get('arguments')?.named ?? []),
          named: [],
        })
      case 'macro_invocation':
        return this.#macro(node)
      case 'struct_expression':
        return this.#structExpression(node)
      case 'array_expression':
      case 'tuple_expression':
        return at(node, {
          kind: 'list',
          items: this.#all(node.named.filter(({ type }) => type !== 'attribute_item')),
        })
      case 'index_expression': {
        const [of, index] = node.named
        return at(node, { kind: 'at', of: this.#optional(node, of), index: index && this.#expression(index) })
      }
      case 'closure_expression':
        return at(node, { kind: 'function', declared: this.#function(node) })
      case 'assignment_expression':
        return at(node, {
          kind: 'assign',
          target: this.#optional(node, node.get('left')),
          value: this.#optional(node, node.get('right')),
        })
      case 'reference_expression':
      case 'try_expression':
      case 'await_expression':
      case 'parenthesized_expression':
      case 'type_cast_expression':
        return any(node, this.#all(node.named.filter(({ type }) => !/type|specifier/.test(type))))
      case 'unary_expression':
        return node.text.startsWith('*')
          ? any(node, this.#all(node.named))
          : opaque(node, this.#all(node.named))
      case 'match_expression':
        return this.#match(node)
      case 'block':
      case 'unsafe_block':
      case 'async_block':
      case 'if_expression':
      case 'for_expression':
      case 'while_expression':
      case 'loop_expression':
      case 'return_expression':
      case 'break_expression':
      case 'let_declaration':
      case 'expression_statement':
        return at(node, {
          kind: 'body',
          body: node.type.endsWith('block') ? this.statements(node.named) : this.#statement(node),
        })
      default:
        return opaque(node, this.#all(node.named))
    }
  }

  #match(node: Syntax): Expression {
    const value = this.#optional(node, node.get('value'))
    const arms = node.get('body')?.named ?? []
    return any(
      node,
      arms
        .filter(({ type }) => type === 'match_arm')
        .map((arm) => {
          const pattern = arm.get('pattern')?.named[0]
          const body: Statement[] = pattern
            ? [{ kind: 'let', target: this.#pattern(pattern), value, type: undefined, isConstant: false }]
            : []
          const result = arm.get('value')
          return at(arm, {
            kind: 'body',
            body: [...body, ...(result ? [doing(this.#expression(result))] : [])],
          })
        }),
    )
  }

  #structExpression(node: Syntax): Expression {
    const type = node.get('name')
    const fields = (node.get('body')?.named ?? []).map((part): Field => {
      if (part.type === 'shorthand_field_initializer') return { key: part.text, value: name(part) }
      if (part.type === 'base_field_initializer')
        return { key: undefined, value: this.#optional(part, part.named[0]) }
      const key = part.get('field') ?? part.get('name')
      return { key: key?.text, value: this.#optional(part, part.get('value')) }
    })
    return at(node, { kind: 'object', type: type && this.#type(type), fields })
  }

  /** What a macro is given, read as the arguments of a call, or else as statements. */
  #macro(node: Syntax): Expression {
    const called = lastName(node.get('macro')?.text ?? '')
    const inner = this.#inside(node)
    // Deeply nested macros are read anew at every level.
    if (this.#depth > 6) return nothing(node)
    this.#depth++
    try {
      if (called === 'format' || called === 'concat') return this.#format(node, called)
      const isMetric =
        /^(increment_|decrement_|describe_|absolute_)?(counter|gauge|histogram)$|^labels$/.test(called)
      const args = this.#reparsed(
        `(${isMetric ? inner.replaceAll('=>', ' ,') : inner})`,
        node,
        'fn _m() { _m',
        '; }',
      )
      const call = findCall(args)
      if (!call) {
        const body = this.#reparsed(`{${inner}}`, node, 'fn _m() ').named[0]?.get('body')
        return at(node, { kind: 'body', body: this.#block(body) })
      }
      const given = this.#all(call.get('arguments')?.named ?? [])
      if (called === 'vec') return at(node, { kind: 'list', items: given })
      return at(node, { kind: 'call', callee: name(node, `${called}!`), args: given, named: [] })
    } finally {
      this.#depth--
    }
  }

  #format(node: Syntax, called: string): Expression {
    const call = findCall(this.#reparsed(`(${this.#inside(node)})`, node, 'fn _m() { _m', '; }'))
    const [first, ...rest] = this.#all(call?.get('arguments')?.named ?? [])
    if (!first) return nothing(node)
    if (called === 'concat') return at(node, { kind: 'join', parts: [first, ...rest] })
    if (first.kind !== 'string') return opaque(node, [first, ...rest])
    let position = 0
    const parts = first.value.split(/(\{[^}]*\})/).map((part): Expression => {
      const hole = /^\{(\w*)/.exec(part)
      if (!hole) return at(node, { kind: 'string', value: part })
      return hole[1] ? name(node, hole[1]) : (rest[position++] ?? nothing(node))
    })
    return at(node, { kind: 'join', parts })
  }

  #inside(node: Syntax): string {
    return node.find('token_tree')?.text.slice(1, -1) ?? ''
  }

  #reparsed(text: string, node: Syntax, before = '', after = ''): Syntax {
    const line = node.find('token_tree')?.line ?? node.line
    return this.#file.parse(before + text + after, 'rust', line).root
  }
}

/** The call that the arguments of a macro were wrapped into; undefined when they are none. */
function findCall(root: Syntax): Syntax | undefined {
  const body = root.named[0]?.get('body')
  const statement = body?.named[0]
  const call = statement?.type === 'expression_statement' ? statement.named[0] : statement
  return call?.type === 'call_expression' && !hasError(root) ? call : undefined
}

function hasError(node: Syntax): boolean {
  return node.type === 'ERROR' || node.children.some(hasError)
}

function isEntry(node: Syntax, attributes: string): boolean {
  return (
    node.get('name')?.text === 'main' ||
    /tokio::main|no_mangle|\b(get|post|put|delete|handler|route)\b/.test(attributes)
  )
}

function lastName(path: string): string {
  return path.split('::').at(-1)?.trim() ?? path
}

function stringText(node: Syntax): string {
  if (node.type === 'raw_string_literal') return node.text.replace(/^b?r#*"|"#*$/g, '')
  return node.text
    .replace(/^b?"|"$/g, '')
    .replace(/\\(n|t|\\|"|')/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter)
}
