import { any, at, doing, functionOf, type LoweredFile, name, nothing, opaque } from './lower.ts'
import type { Expression, Field, FunctionDeclaration, Parameter, Statement } from './program.ts'
import type { Syntax } from './syntax.ts'

/** Reads a file of Go. */
export function lowerGo(root: Syntax, file: LoweredFile): Statement[] {
  return new GoLowering(file).statements(root.named)
}

/** Methods that interfaces of the standard library and of client_golang ask for: others call them. */
const interfaceMethods =
  /^(ServeHTTP|RoundTrip|Collect|Describe|Read|Write|Close|String|Error|Unwrap|Is|As|Len|Less|Swap|Push|Pop|Scan|Value|Next|Run|Start|Stop|Handle|Process|Init|Format|Set|Get|Gather|Observe|Log|Enabled|Seek|Flush|(Un)?Marshal\w*)$/

class GoLowering {
  readonly #file: LoweredFile

  constructor(file: LoweredFile) {
    this.#file = file
  }

  statements(nodes: readonly Syntax[]): Statement[] {
    return nodes.flatMap((node) => this.#statement(node))
  }

  #block(node: Syntax | undefined): Statement[] {
    return node ? this.statements(node.named) : []
  }

  #statement(node: Syntax): Statement[] {
    switch (node.type) {
      case 'import_declaration':
        return (node.find('import_spec_list') ?? node).named.flatMap((spec) => this.#import(spec))
      case 'const_declaration':
      case 'var_declaration':
        return (node.find('var_spec_list') ?? node).named.flatMap((spec) =>
          this.#variables(spec, spec.all('name'), node.type === 'const_declaration'),
        )
      case 'short_var_declaration':
        return this.#assigned(node, true)
      case 'assignment_statement':
        return this.#assigned(node, false)
      case 'type_declaration':
        return node.named.flatMap((spec) => this.#type(spec))
      case 'function_declaration': {
        const called = node.get('name')?.text ?? ''
        const isReachable = /^(main|init)$/.test(called)
        return [
          { kind: 'function', declared: this.#function(node, { isReachable, isExported: isUpper(called) }) },
        ]
      }
      case 'method_declaration':
        return this.#method(node)
      case 'return_statement': {
        const values = (node.find('expression_list')?.named ?? []).map((value) => this.#expression(value))
        const [first] = values
        if (values.length < 2) return [{ kind: 'return', value: first }]
        return [{ kind: 'return', value: at(node, { kind: 'list', items: values }) }]
      }
      case 'break_statement':
      case 'continue_statement':
      case 'goto_statement':
        return [{ kind: 'leave', value: undefined }]
      case 'if_statement':
        return this.#if(node)
      case 'for_statement':
        return this.#for(node)
      case 'block':
      case 'statement_list':
        return node.type === 'block'
          ? [{ kind: 'block', body: this.statements(node.named) }]
          : this.statements(node.named)
      case 'expression_statement':
      case 'go_statement':
      case 'defer_statement':
      case 'send_statement':
      case 'inc_statement':
      case 'dec_statement':
        return node.named.map((part) => doing(this.#expression(part)))
      case 'package_clause':
        return []
      default:
        return isBlock(node.type)
          ? [{ kind: 'block', body: this.statements(node.named) }]
          : [doing(this.#expression(node))]
    }
  }

  #import(spec: Syntax): Statement[] {
    const path = spec.get('path')
    if (!path) return []
    const from = path.text.slice(1, -1)
    const alias = spec.get('name')
    if (alias?.type === 'blank_identifier') return []
    if (alias?.type === 'dot')
      return [{ kind: 'import', from, names: [{ name: '*', local: '*' }], isAgain: false }]
    const local =
      alias?.text ??
      from
        .replace(/\/v\d+$/, '')
        .split('/')
        .at(-1) ??
      from
    return [{ kind: 'import', from, names: [{ name: undefined, local }], isAgain: false }]
  }

  #variables(spec: Syntax, names: readonly Syntax[], isConstant: boolean): Statement[] {
    const values = spec.get('value')?.named ?? []
    const type = spec.get('type')
    return names.map((target, index) => ({
      kind: 'let',
      target: name(target),
      value: values[index] && this.#expression(values[index]),
      type: type && this.#type_(type),
      isConstant,
    }))
  }

  #assigned(node: Syntax, declares: boolean): Statement[] {
    const targets = node.get('left')?.named ?? []
    const values = node.get('right')?.named ?? []
    const pairs: (readonly [Expression, Expression])[] =
      targets.length === values.length
        ? targets.map(
            (target, index) => [this.#expression(target), this.#expression(values[index] as Syntax)] as const,
          )
        : values.slice(0, 1).map((value) => {
            const items = targets.map((target) => this.#expression(target))
            return [at(node, { kind: 'list', items }), this.#expression(value)] as const
          })
    return pairs.map(([target, value]) =>
      declares
        ? { kind: 'let', target, value, type: undefined, isConstant: false }
        : doing(at(node, { kind: 'assign', target, value })),
    )
  }

  #type(spec: Syntax): Statement[] {
    const called = spec.get('name')?.text
    const body = spec.get('type')
    if (!called || body?.type === 'interface_type') return []
    const declared = body?.find('field_declaration_list')?.named ?? []
    const fields = declared.flatMap((field) => {
      const type = field.get('type')
      const lowered = type && this.#type_(type)
      return field.all('name').map((part) => ({ name: part.text, value: undefined, type: lowered }))
    })
    const bases = declared
      .filter((field) => field.all('name').length === 0)
      .flatMap((field) => {
        const type = field.get('type')
        return type ? [this.#type_(type)] : []
      })
    return [{ kind: 'class', declared: { name: called, fields, methods: [], bases } }]
  }

  #method(node: Syntax): Statement[] {
    const receiver = node.get('receiver')?.named[0]
    const type = receiver?.get('type')
    const self = receiver?.get('name')
    if (!type) return []
    const called = node.get('name')?.text ?? ''
    const declared = this.#function(node, {
      isMethod: true,
      isReachable: interfaceMethods.test(called),
      isExported: isUpper(called),
    })
    const body: Statement[] = self
      ? [
          { kind: 'let', target: name(self), value: name(self, 'this'), type: undefined, isConstant: false },
          ...declared.body,
        ]
      : [...declared.body]
    return [{ kind: 'method', type: baseName(type), declared: { ...declared, body } }]
  }

  #function(node: Syntax, rest: Partial<FunctionDeclaration> = {}): FunctionDeclaration {
    return functionOf(node, this.#file, {
      name: node.get('name')?.text,
      parameters: (node.get('parameters')?.named ?? []).flatMap((parameter) => this.#parameter(parameter)),
      body: this.#block(node.get('body')),
      ...rest,
    })
  }

  #parameter(node: Syntax): Parameter[] {
    const type = node.get('type')
    return node.all('name').map((target) => ({
      target: name(target),
      type: type && this.#type_(type),
      value: undefined,
      isRest: node.type === 'variadic_parameter_declaration',
    }))
  }

  #if(node: Syntax): Statement[] {
    const before = node.get('initializer')
    const otherwise = node.get('alternative')
    return [
      {
        kind: 'block',
        body: [
          ...(before ? this.#statement(before) : []),
          {
            kind: 'if',
            test: this.#optional(node, node.get('condition')),
            whenTrue: this.#block(node.get('consequence')),
            otherwise: otherwise ? this.#statement(otherwise) : [],
          },
        ],
      },
    ]
  }

  #for(node: Syntax): Statement[] {
    const range = node.find('range_clause')
    const body = this.#block(node.get('body'))
    if (range) {
      const targets = range.get('left')?.named ?? []
      const target = targets.at(-1)
      const of = this.#optional(range, range.get('right'))
      return [{ kind: 'each', target: target ? this.#expression(target) : nothing(range), of, body }]
    }
    const clause = node.find('for_clause')
    return [{ kind: 'block', body: [...(clause ? this.statements(clause.named) : []), ...body] }]
  }

  #optional(node: Syntax, child: Syntax | undefined): Expression {
    return child ? this.#expression(child) : nothing(node)
  }

  #all(nodes: readonly Syntax[]): Expression[] {
    return nodes.map((node) => this.#expression(node))
  }

  /** A type as the expression that names it. */
  #type_(node: Syntax): Expression {
    switch (node.type) {
      case 'pointer_type':
      case 'parenthesized_type':
        return node.named[0] ? this.#type_(node.named[0]) : nothing(node)
      case 'type_identifier':
        return name(node)
      case 'qualified_type':
        return at(node, {
          kind: 'get',
          of: this.#optional(node, node.get('package')),
          name: node.get('name')?.text ?? '',
        })
      case 'generic_type':
        return this.#type_(node.get('type') as Syntax)
      default:
        return nothing(node)
    }
  }

  #expression(node: Syntax): Expression {
    switch (node.type) {
      case 'identifier':
      case 'package_identifier':
        return name(node)
      case 'interpreted_string_literal':
      case 'raw_string_literal':
        return at(node, { kind: 'string', value: stringText(node) })
      case 'int_literal':
      case 'float_literal':
        return at(node, { kind: 'number', value: Number(node.text.replaceAll('_', '')) })
      case 'true':
      case 'false':
        return at(node, { kind: 'boolean', value: node.type === 'true' })
      case 'selector_expression':
        return at(node, {
          kind: 'get',
          of: this.#optional(node, node.get('operand')),
          name: node.get('field')?.text ?? '',
        })
      case 'call_expression':
        return at(node, {
          kind: 'call',
          callee: this.#optional(node, node.get('function')),
          args: this.#all(node.get('arguments')?.named ?? []),
          named: [],
        })
      case 'composite_literal':
        return this.#composite(node)
      case 'literal_value':
        return this.#literal(node, undefined)
      case 'func_literal':
        return at(node, { kind: 'function', declared: this.#function(node) })
      case 'binary_expression': {
        const parts = this.#all(node.named)
        return node.get('operator')?.text === '+' ? at(node, { kind: 'join', parts }) : opaque(node, parts)
      }
      case 'index_expression': {
        const index = node.get('index')
        return at(node, {
          kind: 'at',
          of: this.#optional(node, node.get('operand')),
          index: index && this.#expression(index),
        })
      }
      case 'unary_expression':
        return /^[-!]/.test(node.text)
          ? opaque(node, this.#all(node.named))
          : any(node, this.#all(node.named))
      case 'parenthesized_expression':
      case 'type_assertion_expression':
      case 'literal_element':
        return node.named[0] ? any(node, [this.#expression(node.named[0])]) : nothing(node)
      case 'variadic_argument':
        return at(node, { kind: 'spread', value: this.#optional(node, node.named[0]) })
      case 'type_identifier':
      case 'qualified_type':
        return this.#type_(node)
      case 'block':
        return at(node, { kind: 'body', body: this.statements(node.named) })
      default:
        return opaque(node, this.#all(node.named))
    }
  }

  #composite(node: Syntax): Expression {
    const type = node.get('type')
    const body = node.get('body')
    if (!body) return nothing(node)
    if (
      type?.type === 'slice_type' ||
      type?.type === 'array_type' ||
      type?.type === 'implicit_length_array_type'
    )
      return at(node, { kind: 'list', items: body.named.map((part) => this.#expression(elementOf(part))) })
    return this.#literal(body, type)
  }

  #literal(body: Syntax, type: Syntax | undefined): Expression {
    const fields = body.named.map((part, index): Field => {
      if (part.type !== 'keyed_element') return { key: `#${index}`, value: this.#expression(elementOf(part)) }
      const key = part.get('key')?.named[0] ?? part.get('key')
      const value = part.get('value') ?? part.named[1]
      const text = key && isString(key) ? stringText(key) : key?.text
      return { key: text, value: value ? this.#expression(elementOf(value)) : nothing(part) }
    })
    return at(body, { kind: 'object', type: type && this.#type_(type), fields })
  }
}

function elementOf(node: Syntax): Syntax {
  return node.type === 'literal_element' ? (node.named[0] ?? node) : node
}

function isString(node: Syntax): boolean {
  return node.type === 'interpreted_string_literal' || node.type === 'raw_string_literal'
}

function isUpper(text: string): boolean {
  return /^[A-Z]/.test(text)
}

function isBlock(type: string): boolean {
  return /_statement$|_case$|^source_file$|^ERROR$/.test(type)
}

function baseName(type: Syntax): string {
  return /[A-Za-z_]\w*/.exec(type.text)?.[0] ?? ''
}

function stringText(node: Syntax): string {
  const inner = node.text.slice(1, -1)
  if (node.type === 'raw_string_literal') return inner
  return inner.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter)
}
