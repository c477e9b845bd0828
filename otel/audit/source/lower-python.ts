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

/** Reads a file of Python. */
export function lowerPython(root: Syntax, file: LoweredFile): Statement[] {
  return new PythonLowering(file).statements(root.named)
}

class PythonLowering {
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
      case 'import_statement':
        return node.named.map((part) => this.#import(part))
      case 'import_from_statement':
        return this.#importFrom(node)
      case 'expression_statement':
        return node.named.map((part) => doing(this.#expression(part)))
      case 'function_definition':
        return [{ kind: 'function', declared: this.#function(node) }]
      case 'class_definition':
        return [{ kind: 'class', declared: this.#class(node) }]
      case 'decorated_definition':
        return this.#decorated(node)
      case 'return_statement':
        return [{ kind: 'return', value: node.named[0] && this.#expression(node.named[0]) }]
      case 'raise_statement':
      case 'break_statement':
      case 'continue_statement':
        return [{ kind: 'leave', value: opaque(node, this.#all(node.named)) }]
      case 'if_statement':
        return [this.#if(node, node.all('alternative'))]
      case 'else_clause':
        return this.#block(node.get('body'))
      case 'for_statement':
        return [
          {
            kind: 'each',
            target: this.#optional(node, node.get('left')),
            of: this.#optional(node, node.get('right')),
            body: this.#block(node.get('body')),
          },
        ]
      case 'with_statement':
        return this.#with(node)
      case 'block':
      case 'try_statement':
      case 'except_clause':
      case 'except_group_clause':
      case 'finally_clause':
      case 'while_statement':
      case 'match_statement':
      case 'case_clause':
      case 'ERROR':
        return [{ kind: 'block', body: this.statements(node.named) }]
      case 'pass_statement':
      case 'global_statement':
      case 'nonlocal_statement':
        return []
      default:
        return [doing(this.#expression(node))]
    }
  }

  #import(node: Syntax): Statement {
    const path = (node.type === 'aliased_import' ? node.get('name')?.text : node.text) ?? ''
    const alias = node.get('alias')?.text
    // `import a.b` makes the name `a`, through which `a.b` is reached.
    const local = alias ?? path.split('.')[0] ?? path
    const from = alias ? path : local
    return { kind: 'import', from, names: [{ name: undefined, local }], isAgain: false }
  }

  #importFrom(node: Syntax): Statement[] {
    const from = node.get('module_name')?.text ?? ''
    if (node.find('wildcard_import'))
      return [{ kind: 'import', from, names: [{ name: '*', local: '*' }], isAgain: false }]
    const names = node.all('name').map((part): ImportedName => {
      const imported = part.type === 'aliased_import' ? (part.get('name')?.text ?? '') : part.text
      return { name: imported, local: part.get('alias')?.text ?? imported }
    })
    return [{ kind: 'import', from, names, isAgain: false }]
  }

  #decorated(node: Syntax): Statement[] {
    const definition = node.get('definition')
    if (!definition) return []
    // A decorator is called with the function; those of metrics record each call of it.
    const decorators = node
      .all('')
      .concat(node.children.filter(({ type }) => type === 'decorator'))
      .flatMap((decorator) => decorator.named)
      .map((decorator) => {
        const lowered = this.#expression(decorator)
        return doing(at(decorator, { kind: 'call', callee: lowered, args: [], named: [] }))
      })
    const isReachable = node.children.some(
      ({ type, text }) =>
        type === 'decorator' &&
        !/^@(staticmethod|classmethod|property)\b|\.(time|count_exceptions|track_inprogress)\(/.test(text),
    )
    const inner: Statement[] =
      definition.type === 'class_definition'
        ? [{ kind: 'class', declared: this.#class(definition) }]
        : [{ kind: 'function', declared: this.#function(definition, { isReachable }) }]
    return [...inner, ...decorators]
  }

  #if(node: Syntax, alternatives: readonly Syntax[]): Statement {
    const [next, ...rest] = alternatives
    return {
      kind: 'if',
      test: this.#optional(node, node.get('condition')),
      whenTrue: this.#block(node.get('consequence')),
      otherwise:
        next === undefined
          ? []
          : next.type === 'elif_clause'
            ? [this.#if(next, rest)]
            : this.#statement(next),
    }
  }

  #with(node: Syntax): Statement[] {
    const items = node.find('with_clause')?.named ?? []
    return [
      ...items.flatMap((item): Statement[] => {
        const value = item.get('value') ?? item.named[0]
        if (!value) return []
        if (value.type !== 'as_pattern') return [doing(this.#expression(value))]
        const [inner, target] = value.named
        const lowered = this.#optional(value, inner)
        const named = target?.named[0] ?? target
        return named
          ? [doing(at(value, { kind: 'assign', target: this.#expression(named), value: lowered }))]
          : [doing(lowered)]
      }),
      { kind: 'block', body: this.#block(node.get('body')) },
    ]
  }

  #function(node: Syntax, rest: Partial<FunctionDeclaration> = {}, isMethod = false): FunctionDeclaration {
    const called = node.get('name')?.text
    const isLambda = node.type === 'lambda'
    const body = node.get('body')
    const parameters = (node.get('parameters')?.named ?? []).flatMap((part) => this.#parameter(part))
    const self = isMethod ? parameters[0]?.target : undefined
    const statements: Statement[] =
      isLambda && body ? [{ kind: 'return', value: this.#expression(body) }] : this.#block(body)
    return functionOf(node, this.#file, {
      name: called,
      parameters: isMethod ? parameters.slice(1) : parameters,
      body: self
        ? [
            {
              kind: 'let',
              target: self,
              value: { ...self, kind: 'name', name: 'this' },
              type: undefined,
              isConstant: false,
            },
            ...statements,
          ]
        : statements,
      isMethod,
      isTest: this.#file.isTest || /^test_/.test(called ?? ''),
      isExported: !called?.startsWith('_'),
      isReachable: /^__\w+__$|^main$/.test(called ?? ''),
      ...rest,
    })
  }

  #parameter(node: Syntax): Parameter[] {
    const inner = node.get('name') ?? node.named[0] ?? node
    const target = inner.type === 'identifier' ? inner : (inner.named[0] ?? inner)
    if (target.type !== 'identifier') return []
    const type = node.get('type')?.named[0]
    const value = node.get('value')
    return [
      {
        target: name(target),
        type:
          type && (type.type === 'identifier' || type.type === 'attribute')
            ? this.#expression(type)
            : undefined,
        value: value && this.#expression(value),
        isRest: /splat/.test(node.type) || /splat/.test(inner.type),
      },
    ]
  }

  #class(node: Syntax): ClassDeclaration {
    const members = node.get('body')?.named ?? []
    const bases = (node.get('superclasses')?.named ?? [])
      .filter(({ type }) => type === 'identifier' || type === 'attribute')
      .map((base) => this.#expression(base))
    const isKnown = node.get('superclasses') === undefined
    const methods = members.flatMap((member) => {
      const definition = member.type === 'decorated_definition' ? member.get('definition') : member
      if (definition?.type !== 'function_definition') return []
      const isStatic = /@staticmethod/.test(member.text.split('def ')[0] ?? '')
      const isDecorated = member !== definition && !/^@(staticmethod|classmethod|property)/.test(member.text)
      const called = definition.get('name')?.text ?? ''
      const isReachable = !isKnown || isDecorated || /^__\w+__$/.test(called)
      return [this.#function(definition, { isReachable }, !isStatic)]
    })
    const fields = members.flatMap((member) => {
      const assignment = member.type === 'expression_statement' ? member.named[0] : undefined
      const left = assignment?.get('left')
      const right = assignment?.get('right')
      if (assignment?.type !== 'assignment' || left?.type !== 'identifier') return []
      return [{ name: left.text, value: right && this.#expression(right), type: undefined }]
    })
    // Decorators of methods are evaluated with the class.
    const decorators = members
      .filter(({ type }) => type === 'decorated_definition')
      .flatMap((member) => member.children.filter(({ type }) => type === 'decorator'))
      .map((decorator, index) => ({
        name: `@${index}`,
        value: at(decorator, {
          kind: 'call',
          callee: this.#optional(decorator, decorator.named[0]),
          args: [],
          named: [],
        }),
        type: undefined,
      }))
    return { name: node.get('name')?.text ?? '', fields: [...fields, ...decorators], methods, bases }
  }

  #optional(node: Syntax, child: Syntax | undefined): Expression {
    return child ? this.#expression(child) : nothing(node)
  }

  #all(nodes: readonly Syntax[]): Expression[] {
    return nodes.map((node) => this.#expression(node))
  }

  #expression(node: Syntax): Expression {
    switch (node.type) {
      case 'identifier':
        return name(node)
      case 'string':
        return this.#string(node)
      case 'concatenated_string':
        return at(node, { kind: 'join', parts: this.#all(node.named) })
      case 'integer':
      case 'float':
        return at(node, { kind: 'number', value: Number(node.text.replaceAll('_', '')) })
      case 'true':
      case 'false':
        return at(node, { kind: 'boolean', value: node.type === 'true' })
      case 'attribute':
        return at(node, {
          kind: 'get',
          of: this.#optional(node, node.get('object')),
          name: node.get('attribute')?.text ?? '',
        })
      case 'subscript': {
        const index = node.get('subscript')
        return at(node, {
          kind: 'at',
          of: this.#optional(node, node.get('value')),
          index: index && this.#expression(index),
        })
      }
      case 'call':
        return this.#call(node)
      case 'list':
      case 'tuple':
      case 'set':
      case 'expression_list':
      case 'pattern_list':
      case 'tuple_pattern':
      case 'list_pattern':
        return at(node, { kind: 'list', items: this.#all(node.named) })
      case 'list_splat':
      case 'dictionary_splat':
        return at(node, { kind: 'spread', value: this.#optional(node, node.named[0]) })
      case 'dictionary':
        return at(node, {
          kind: 'object',
          type: undefined,
          fields: node.named.map((part) => this.#pair(part)),
        })
      case 'assignment': {
        const left = node.get('left')
        const right = node.get('right')
        if (!left || !right) return nothing(node)
        return at(node, { kind: 'assign', target: this.#expression(left), value: this.#expression(right) })
      }
      case 'lambda':
        return at(node, { kind: 'function', declared: this.#function(node) })
      case 'binary_operator': {
        const parts = this.#all([node.get('left'), node.get('right')].filter((part) => part !== undefined))
        return node.get('operator')?.text === '+' ? at(node, { kind: 'join', parts }) : opaque(node, parts)
      }
      case 'conditional_expression':
      case 'boolean_operator':
      case 'parenthesized_expression':
      case 'await':
      case 'named_expression':
        return any(node, this.#all(node.named))
      case 'list_comprehension':
      case 'generator_expression':
      case 'set_comprehension':
      case 'dictionary_comprehension':
        return this.#comprehension(node)
      case 'type':
      case 'keyword_argument':
        return nothing(node)
      default:
        return opaque(node, this.#all(node.named))
    }
  }

  #comprehension(node: Syntax): Expression {
    const clauses = node.named.filter(({ type }) => type === 'for_in_clause')
    const made = node.get('body') ?? node.named[0]
    const value = made?.type === 'pair' ? made.get('value') : made
    const key = made?.type === 'pair' ? made.get('key') : undefined
    return at(node, {
      kind: 'body',
      body: [
        ...clauses.map(
          (clause): Statement => ({
            kind: 'each',
            target: this.#optional(clause, clause.get('left')),
            of: this.#optional(clause, clause.get('right')),
            body: [],
          }),
        ),
        ...(key ? [doing(this.#expression(key))] : []),
        doing(
          at(node, {
            kind: 'list',
            items: [
              at(node, {
                kind: 'spread',
                value: at(node, { kind: 'list', items: [this.#optional(node, value)] }),
              }),
            ],
          }),
        ),
      ],
    })
  }

  #pair(part: Syntax): Field {
    const key = part.get('key')
    const value = part.get('value')
    if (part.type !== 'pair' || !key || !value) return { key: undefined, value: this.#expression(part) }
    return { key: key.type === 'string' ? plainText(key) : undefined, value: this.#expression(value) }
  }

  #call(node: Syntax): Expression {
    const given = node.get('arguments')
    const all = given?.type === 'argument_list' ? given.named : given ? [given] : []
    const named = all
      .filter(({ type }) => type === 'keyword_argument')
      .map((part) => ({ key: part.get('name')?.text, value: this.#optional(part, part.get('value')) }))
    return at(node, {
      kind: 'call',
      callee: this.#optional(node, node.get('function')),
      args: this.#all(all.filter(({ type }) => type !== 'keyword_argument')),
      named,
    })
  }

  #string(node: Syntax): Expression {
    const hasParts = node.children.some(({ type }) => type === 'interpolation')
    if (!hasParts) return at(node, { kind: 'string', value: plainText(node) })
    const parts = node.named
      .filter(({ type }) => type === 'interpolation' || type === 'string_content')
      .map((part) =>
        part.type === 'interpolation'
          ? this.#optional(part, part.get('expression') ?? part.named[0])
          : at(part, { kind: 'string', value: part.text }),
      )
    return at(node, { kind: 'join', parts })
  }
}

function plainText(node: Syntax): string {
  return node.children
    .filter(({ type }) => type === 'string_content')
    .map(({ text }) => text.replace(/\\(["'\\])/g, '$1'))
    .join('')
}
