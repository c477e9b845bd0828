import { any, at, doing, functionOf, type LoweredFile, name, nothing, opaque } from './lower.ts'
import type {
  ClassDeclaration,
  Expression,
  Field,
  FunctionDeclaration,
  ImportedName,
  Parameter,
  Statement,
} from './program.ts'
import type { Syntax } from './syntax.ts'

/** Reads a file of JavaScript or TypeScript. */
export function lowerJavascript(root: Syntax, file: LoweredFile): Statement[] {
  return new JavascriptLowering(file).statements(root.named)
}

class JavascriptLowering {
  readonly #file: LoweredFile

  constructor(file: LoweredFile) {
    this.#file = file
  }

  statements(nodes: readonly Syntax[], isExported = false): Statement[] {
    return nodes.flatMap((node) => this.#statement(node, isExported))
  }

  #block(node: Syntax | undefined): Statement[] {
    if (node === undefined) return []
    return node.type === 'statement_block' ? this.statements(node.named) : this.#statement(node)
  }

  #statement(node: Syntax, isExported = false): Statement[] {
    switch (node.type) {
      case 'lexical_declaration':
      case 'variable_declaration':
        return node.named.flatMap((declarator) => this.#variable(declarator, node.has('const'), isExported))
      case 'expression_statement':
        return node.named.map((child) => doing(this.#expression(child)))
      case 'export_statement':
        return this.#export(node)
      case 'import_statement':
        return this.#import(node)
      case 'function_declaration':
      case 'generator_function_declaration':
        return [{ kind: 'function', declared: this.#function(node, { isExported }) }]
      case 'class_declaration':
      case 'abstract_class_declaration':
        return [{ kind: 'class', declared: this.#class(node, isExported) }]
      case 'return_statement':
        return [{ kind: 'return', value: node.named[0] && this.#expression(node.named[0]) }]
      case 'throw_statement':
      case 'break_statement':
      case 'continue_statement':
        return [{ kind: 'leave', value: node.named[0] && this.#expression(node.named[0]) }]
      case 'if_statement':
        return [
          {
            kind: 'if',
            test: this.#optional(node, node.get('condition')),
            whenTrue: this.#block(node.get('consequence')),
            otherwise: this.#block(node.get('alternative')?.named[0]),
          },
        ]
      case 'statement_block':
        return [{ kind: 'block', body: this.statements(node.named) }]
      case 'for_in_statement':
        return [
          {
            kind: 'each',
            target: this.#pattern(node.get('left') as Syntax),
            of: this.#optional(node, node.get('right')),
            body: this.#block(node.get('body')),
          },
        ]
      case 'interface_declaration':
      case 'type_alias_declaration':
      case 'ambient_declaration':
      case 'empty_statement':
        return []
      case 'switch_case':
      case 'switch_default':
        return [{ kind: 'block', body: node.named.flatMap((child) => this.#part(child)) }]
      default:
        return isStatement(node.type) || node.type === 'ERROR'
          ? [{ kind: 'block', body: node.named.flatMap((child) => this.#part(child)) }]
          : [doing(this.#expression(node))]
    }
  }

  /** Something that may be a statement or an expression. */
  #part(node: Syntax): Statement[] {
    return this.#statement(node)
  }

  #variable(node: Syntax, isConstant: boolean, isExported: boolean): Statement[] {
    if (node.type !== 'variable_declarator') return []
    const target = node.get('name') as Syntax
    const value = node.get('value')
    if (value && isFunction(value.type) && target.type === 'identifier') {
      const declared = this.#function(value, { isExported, name: target.text })
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
    const lowered = value && this.#expression(value)
    const type = annotation && typeName(annotation)
    return [
      {
        kind: 'let',
        target: this.#pattern(target),
        value: lowered && type ? at(node, { kind: 'typed', value: lowered, type }) : lowered,
        type: undefined,
        isConstant,
      },
    ]
  }

  #export(node: Syntax): Statement[] {
    const source = node.get('source')
    const clause = node.find('export_clause')
    const specifiers = clause?.named.map((specifier) => ({
      name: specifier.get('name')?.text ?? '',
      local: (specifier.get('alias') ?? specifier.get('name'))?.text ?? '',
    }))
    if (source) {
      const namespace = node.find('namespace_export')
      const names = specifiers ?? [
        namespace ? { name: undefined, local: namespace.named[0]?.text ?? '' } : { name: '*', local: '*' },
      ]
      return [{ kind: 'import', from: stringText(source), names, isAgain: true }]
    }
    if (specifiers) {
      return specifiers.map((specifier) => ({
        kind: 'export',
        name: specifier.local,
        value: name(node, specifier.name),
      }))
    }
    const declaration = node.get('declaration')
    const value = node.get('value')
    if (node.has('default')) {
      const inner = declaration ?? value
      if (!inner) return []
      const named = inner.get('name')
      if (declaration && named) {
        return [
          ...this.#statement(declaration, true),
          { kind: 'export', name: 'default', value: name(named) },
        ]
      }
      return [{ kind: 'export', name: 'default', value: this.#expression(inner) }]
    }
    return declaration ? this.#statement(declaration, true) : []
  }

  #import(node: Syntax): Statement[] {
    const source = node.get('source') ?? node.find('string')
    const clause = node.find('import_clause')
    if (!source || !clause) return []
    const names: ImportedName[] = clause.named.flatMap((part): ImportedName[] => {
      if (part.type === 'identifier') return [{ name: 'default', local: part.text }]
      if (part.type === 'namespace_import') return [{ name: undefined, local: part.named[0]?.text ?? '' }]
      return part.named.map((specifier) => ({
        name: specifier.get('name')?.text ?? '',
        local: (specifier.get('alias') ?? specifier.get('name'))?.text ?? '',
      }))
    })
    return [{ kind: 'import', from: stringText(source), names, isAgain: false }]
  }

  #function(node: Syntax, rest: Partial<FunctionDeclaration> = {}): FunctionDeclaration {
    const body = node.get('body')
    const single = node.get('parameter')
    const parameters = single
      ? [{ target: name(single), type: undefined, value: undefined, isRest: false }]
      : (node.get('parameters')?.named ?? []).map((parameter) => this.#parameter(parameter))
    const isArrow = node.type === 'arrow_function'
    return functionOf(node, this.#file, {
      name: node.get('name')?.text,
      parameters,
      body:
        body === undefined
          ? []
          : body.type === 'statement_block'
            ? this.statements(body.named)
            : [{ kind: 'return', value: this.#expression(body) }],
      isMethod: !isArrow && node.type !== 'function_declaration',
      ...rest,
    })
  }

  #parameter(node: Syntax): Parameter {
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
    const pattern = this.#pattern(target ?? node)
    return {
      target: isField
        ? at(node, { kind: 'any', of: [pattern, this.#ofThis(node, (target ?? node).text)] })
        : pattern,
      type: type && annotation ? name(annotation, type) : undefined,
      value: value && this.#expression(value),
      isRest,
    }
  }

  #ofThis(node: Syntax, member: string): Expression {
    return at(node, { kind: 'get', of: name(node, 'this'), name: member })
  }

  #class(node: Syntax, isExported = false): ClassDeclaration {
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
          value: value && this.#expression(value),
          type: type && annotation ? name(annotation, type) : undefined,
        }
      })
    const methods = members
      .filter(({ type }) => type === 'method_definition')
      .map((method) =>
        this.#function(method, {
          isMethod: true,
          isExported,
          isReachable: method.get('name')?.text === 'constructor' || heritage !== undefined,
        }),
      )
    const blocks = members
      .filter(({ type }) => type === 'class_static_block')
      .map((block) =>
        functionOf(block, this.#file, {
          name: undefined,
          parameters: [],
          body: this.#block(block.get('body')),
          isMethod: true,
          isReachable: true,
        }),
      )
    return {
      name: node.get('name')?.text ?? '',
      fields,
      methods: [...methods, ...blocks],
      bases: extended && extended.type !== 'implements_clause' ? [this.#expression(extended)] : [],
    }
  }

  #pattern(node: Syntax): Expression {
    switch (node.type) {
      case 'object_pattern':
        return at(node, {
          kind: 'object',
          type: undefined,
          fields: node.named.map((part): Field => {
            if (part.type === 'pair_pattern')
              return { key: keyText(part.get('key')), value: this.#pattern(part.get('value') as Syntax) }
            if (part.type === 'rest_pattern')
              return { key: undefined, value: this.#pattern(part.named[0] as Syntax) }
            if (part.type === 'object_assignment_pattern') {
              const left = part.get('left') as Syntax
              return { key: left.text, value: name(left) }
            }
            return { key: part.text, value: name(part) }
          }),
        })
      case 'array_pattern':
        return at(node, { kind: 'list', items: node.named.map((part) => this.#pattern(part)) })
      case 'assignment_pattern':
        return this.#pattern(node.get('left') as Syntax)
      default:
        return this.#expression(node)
    }
  }

  #optional(node: Syntax, child: Syntax | undefined): Expression {
    return child ? this.#expression(child) : nothing(node)
  }

  #expression(node: Syntax): Expression {
    switch (node.type) {
      case 'identifier':
      case 'shorthand_property_identifier':
      case 'shorthand_property_identifier_pattern':
      case 'this':
      case 'super':
        return name(node)
      case 'string':
        return at(node, { kind: 'string', value: stringText(node) })
      case 'number':
        return at(node, { kind: 'number', value: Number(node.text.replaceAll('_', '')) })
      case 'true':
      case 'false':
        return at(node, { kind: 'boolean', value: node.type === 'true' })
      case 'template_string':
        return this.#template(node)
      case 'member_expression':
        return at(node, {
          kind: 'get',
          of: this.#optional(node, node.get('object')),
          name: node.get('property')?.text ?? '',
        })
      case 'subscript_expression': {
        const index = node.get('index')
        return at(node, {
          kind: 'at',
          of: this.#optional(node, node.get('object')),
          index: index && this.#expression(index),
        })
      }
      case 'call_expression':
      case 'new_expression':
        return this.#call(node)
      case 'object':
        return this.#object(node)
      case 'array':
        return at(node, { kind: 'list', items: this.#all(node.named) })
      case 'spread_element':
        return at(node, { kind: 'spread', value: this.#optional(node, node.named[0]) })
      case 'arrow_function':
      case 'function_expression':
      case 'function':
      case 'generator_function':
        return at(node, { kind: 'function', declared: this.#function(node) })
      case 'class':
        return at(node, { kind: 'class', declared: this.#class(node) })
      case 'assignment_expression':
      case 'augmented_assignment_expression':
        return this.#assignment(node)
      case 'binary_expression':
        return this.#binary(node)
      case 'ternary_expression':
        return at(node, {
          kind: 'body',
          body: [
            {
              kind: 'if',
              test: this.#optional(node, node.get('condition')),
              whenTrue: [doing(this.#optional(node, node.get('consequence')))],
              otherwise: [doing(this.#optional(node, node.get('alternative')))],
            },
            doing(any(node, this.#all([node.get('consequence'), node.get('alternative')].filter(isPresent)))),
          ],
        })
      case 'satisfies_expression':
      case 'as_expression': {
        const [value, type] = node.named
        const inner = this.#optional(node, value)
        return type && type.type !== 'const' && node.type === 'satisfies_expression'
          ? at(node, { kind: 'typed', value: inner, type: type.text })
          : inner
      }
      case 'parenthesized_expression':
      case 'await_expression':
      case 'yield_expression':
      case 'non_null_expression':
      case 'type_assertion':
      case 'sequence_expression':
      case 'variable_declarator':
        return any(node, this.#all(node.named))
      case 'statement_block':
        return at(node, { kind: 'body', body: this.statements(node.named) })
      case 'type_annotation':
      case 'type_arguments':
      case 'property_identifier':
      case 'regex':
        return nothing(node)
      default:
        return opaque(node, this.#all(node.named))
    }
  }

  #all(nodes: readonly Syntax[]): Expression[] {
    return nodes.map((node) => this.#expression(node))
  }

  #template(node: Syntax): Expression {
    const parts = node.named.map((part) => {
      if (part.type === 'template_substitution') return this.#optional(part, part.named[0])
      const text = part.type === 'escape_sequence' ? unescaped(part.text) : part.text
      return at(part, { kind: 'string', value: text })
    })
    return at(node, { kind: 'join', parts })
  }

  #call(node: Syntax): Expression {
    const callee = node.get('function') ?? node.get('constructor')
    const given = node.get('arguments')
    if (callee?.text === 'require' && given?.named[0]?.type === 'string') {
      return at(node, {
        kind: 'call',
        callee: name(node, 'require'),
        args: [at(node, { kind: 'string', value: stringText(given.named[0]) })],
        named: [],
      })
    }
    const args = given?.type === 'arguments' ? this.#all(given.named) : []
    return at(node, { kind: 'call', callee: this.#optional(node, callee), args, named: [] })
  }

  #object(node: Syntax): Expression {
    const fields = node.named.map((part): Field => {
      switch (part.type) {
        case 'pair':
          return { key: keyText(part.get('key')), value: this.#fieldValue(part) }
        case 'method_definition': {
          const declared = this.#function(part, { isMethod: true, isReachable: true })
          return { key: part.get('name')?.text, value: at(part, { kind: 'function', declared }) }
        }
        case 'spread_element':
          return { key: undefined, value: this.#expression(part) }
        default:
          return { key: part.text, value: this.#expression(part) }
      }
    })
    return at(node, { kind: 'object', type: undefined, fields })
  }

  #fieldValue(pair: Syntax): Expression {
    return this.#optional(pair, pair.get('value'))
  }

  #assignment(node: Syntax): Expression {
    const left = node.get('left') as Syntax
    const value = this.#optional(node, node.get('right'))
    const operator = node.get('operator')?.text
    if (node.type === 'augmented_assignment_expression' && operator && !/^(\?\?|\|\||&&)=$/.test(operator))
      return opaque(node, [value, this.#expression(left)])
    return at(node, { kind: 'assign', target: this.#pattern(left), value })
  }

  #binary(node: Syntax): Expression {
    const operator = node.get('operator')?.text
    const parts = this.#all([node.get('left'), node.get('right')].filter(isPresent))
    if (operator === '+') return at(node, { kind: 'join', parts })
    if (operator === '??' || operator === '||' || operator === '&&') return any(node, parts)
    return opaque(node, parts)
  }
}

function isPresent(node: Syntax | undefined): node is Syntax {
  return node !== undefined
}

function isFunction(type: string): boolean {
  return type === 'arrow_function' || type === 'function_expression' || type === 'function'
}

function isStatement(type: string): boolean {
  return (
    type.endsWith('_statement') || type.endsWith('_clause') || type === 'switch_body' || type === 'program'
  )
}

/** The name of an annotated type, without its parameters; undefined for types that have none. */
function typeName(annotation: Syntax): string | undefined {
  const type = annotation.named[0]
  if (type === undefined) return undefined
  if (type.type === 'type_identifier') return type.text
  return type.type === 'generic_type' ? type.get('name')?.text : undefined
}

function keyText(key: Syntax | undefined): string | undefined {
  if (key === undefined || key.type === 'computed_property_name') {
    const inner = key?.named[0]
    return inner?.type === 'string' ? stringText(inner) : undefined
  }
  return key.type === 'string' ? stringText(key) : key.text
}

function stringText(node: Syntax): string {
  const { text } = node
  return text.slice(1, -1).replace(/\\(u\{[^}]*\}|u.{4}|x..|[\s\S])/g, (whole) => unescaped(whole))
}

function unescaped(sequence: string): string {
  const code = /^\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))$/.exec(sequence)
  const digits = code?.[1] ?? code?.[2] ?? code?.[3]
  if (digits !== undefined) {
    const point = Number.parseInt(digits, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : ''
  }
  const simple: Record<string, string> = {
    n: '\n',
    t: '\t',
    r: '\r',
    b: '\b',
    f: '\f',
    v: '\v',
    0: '\0',
    '\n': '',
  }
  return simple[sequence.slice(1)] ?? sequence.slice(1)
}
