import type { SyntaxNode } from '@lezer/common'
import type {
  Binary,
  Duration,
  Expression,
  Grouping,
  Matching,
  Selector,
  Span,
  Subquery,
  Word,
} from './expression.ts'
import { durationMs, numberOf, unquote } from './literals.ts'
import { readMatchers } from './matchers.ts'
import { children, present, unexpected } from './nodes.ts'
import { applyToLast, combine } from './operators.ts'
import { ProblemFound } from './problem.ts'
import type { PlacedVariable } from './stand-ins.ts'

/** Turns the tree of the grammar, free of errors, into an expression. */
export class Builder {
  /** As it was written; offsets are the same in the text that the grammar read. */
  readonly #text: string
  readonly #readText: string
  readonly #variables: readonly PlacedVariable[]
  /** Expressions that stand in parentheses: precedence does not reach into them. */
  readonly #closed = new WeakSet<Expression>()

  constructor(text: string, readText: string, variables: readonly PlacedVariable[]) {
    this.#text = text
    this.#readText = readText
    this.#variables = variables
  }

  /** @throws {ProblemFound} for what the grammar lets pass and Prometheus does not. */
  expression(node: SyntaxNode, depth = 0): Expression {
    if (depth > maxDepth)
      throw new ProblemFound({
        at: node.from,
        reason: `it is nested more than ${maxDepth} deep`,
        mend: 'Split it into recording rules.',
      })
    const child = (of: SyntaxNode | null | undefined) => this.expression(present(of), depth + 1)
    const span = { from: node.from, to: node.to }
    switch (node.name) {
      case 'ParenExpr': {
        const inner = { ...child(inside(node)[0]), ...span }
        this.#closed.add(inner)
        return inner
      }
      case 'VectorSelector':
        return this.#selector(node)
      case 'NumberDurationLiteral':
        return { kind: 'number', value: numberOf(this.#read(node)) ?? Number.NaN, ...span }
      case 'StringLiteral':
        return { kind: 'text', word: this.text(node), ...span }
      case 'UnaryExpr': {
        const operator = this.#read(present(node.firstChild)) === '-' ? '-' : '+'
        return { kind: 'unary', operator, expression: child(node.lastChild), ...span }
      }
      case 'BinaryExpr':
        return this.#binary(node, child)
      case 'FunctionCall': {
        const body = node.getChild('FunctionCallBody')
        const word = this.word(present(node.firstChild))
        return { kind: 'call', function: word, arguments: inside(present(body)).map(child), ...span }
      }
      case 'AggregateExpr':
        return this.#aggregation(node, child)
      case 'MatrixSelector':
      case 'SubqueryExpr':
      case 'OffsetExpr':
      case 'StepInvariantExpr':
      case 'AnchoredExpr':
      case 'SmoothedExpr': {
        const operand = child(node.firstChild)
        return applyToLast(operand, this.#closed.has(operand), node.to, (last) => this.#follow(node, last))
      }
      default:
        throw unexpected(node.from, this.#text.slice(node.from, node.to))
    }
  }

  /** A text between quotes. */
  text(node: SyntaxNode): Word {
    const read = unquote(this.#read(node))
    if ('fault' in read)
      throw new ProblemFound({
        at: node.from,
        reason: read.fault,
        mend: 'Write a backslash as \\\\, or put the text in backticks.',
      })
    const isVariable = this.#hasVariable(node)
    const raw = isVariable
      ? this.#text.slice(node.from, node.to).replace(/^(["'`])(.*)\1$/s, '$2')
      : read.text
    return { text: raw, isVariable, from: node.from, to: node.to }
  }

  /** A name as it was written, a function or operator in lower case. */
  word(node: SyntaxNode): Word {
    const variables = this.#within(node)
    // A stand-in may be shorter than what it stands for, with spaces after it.
    const room = this.#text.slice(node.from, Math.max(node.to, node.nextSibling?.from ?? 0))
    const to = variables.length === 0 ? node.to : node.from + room.trimEnd().length
    const text = this.#text.slice(node.from, to)
    return { text, isVariable: variables.length > 0, from: node.from, to }
  }

  #selector(node: SyntaxNode): Expression {
    const name = node.getChild('Identifier')
    const braces = node.getChild('LabelMatchers')
    const whole = this.#variables.find(({ from, to }) => from === name?.from && to === name.to)
    if (whole !== undefined && braces === null)
      return { kind: 'variable', name: whole.name, from: node.from, to: node.to }
    const unknown = this.#variables.filter(({ role }) => role === 'matchers')
    const hasUnknownMatchers = unknown.some(({ from, to }) => from >= node.from && to <= node.to)
    return {
      kind: 'selector',
      ...readMatchers({ name: name === null ? undefined : this.word(name), braces, builder: this, unknown }),
      hasUnknownMatchers,
      range: undefined,
      offset: undefined,
      isPinned: false,
      from: node.from,
      to: node.to,
    }
  }

  #binary(node: SyntaxNode, child: (of: SyntaxNode | null) => Expression): Binary {
    const operator = present(node.firstChild?.nextSibling)
    const clause = node.getChild('MatchingModifierClause')
    const left = child(node.firstChild)
    const word = this.word(operator)
    return combine(
      left,
      this.#closed.has(left),
      {
        operator: { ...word, text: word.text.toLowerCase() },
        isBool: node.getChild('BoolModifier') !== null,
        isFilled: node.getChild('FillModifier') !== null,
        matching: clause === null ? undefined : this.#matching(clause),
      },
      child(node.lastChild),
    )
  }

  #matching(node: SyntaxNode): Matching {
    const [labels, include] = node.getChildren('GroupingLabels')
    const group =
      node.getChild('GroupLeft') !== null
        ? 'left'
        : node.getChild('GroupRight') !== null
          ? 'right'
          : undefined
    return {
      kind: node.firstChild?.name === 'On' ? 'on' : 'ignoring',
      labels: this.#labels(labels),
      group,
      include: this.#labels(include),
      from: node.from,
      to: node.to,
    }
  }

  #aggregation(node: SyntaxNode, child: (of: SyntaxNode | null | undefined) => Expression): Expression {
    const operator = this.word(present(node.firstChild))
    const modifier = node.getChild('AggregateModifier')
    const body = present(node.getChild('FunctionCallBody'))
    const taken = inside(body)
    if (taken.length === 0 || taken.length > 2)
      throw new ProblemFound({
        at: body.from,
        reason: `${operator.text} has ${taken.length} arguments`,
        mend: `Give ${operator.text} the vector that it aggregates.`,
      })
    const grouping: Grouping | undefined =
      modifier === null
        ? undefined
        : {
            kind: modifier.firstChild?.name === 'By' ? 'by' : 'without',
            labels: this.#labels(modifier.getChild('GroupingLabels')),
            from: modifier.from,
            to: modifier.to,
          }
    return {
      kind: 'aggregation',
      operator: operator.isVariable ? operator : { ...operator, text: operator.text.toLowerCase() },
      grouping,
      parameter: taken.length === 2 ? child(taken[0]) : undefined,
      expression: child(taken.at(-1)),
      from: node.from,
      to: node.to,
    }
  }

  /** Range, subquery, `offset` and `@`. */
  #follow(node: SyntaxNode, operand: Expression): Selector | Subquery {
    const span = { from: operand.from, to: node.to }
    const durations = node.getChildren('DurationExpr')
    if (node.name === 'SubqueryExpr') {
      const step = durations[1] === undefined ? undefined : this.#duration(durations[1])
      const range = this.#duration(present(durations[0]))
      return {
        kind: 'subquery',
        expression: operand,
        range,
        step,
        offset: undefined,
        isPinned: false,
        ...span,
      }
    }
    const selector = operand.kind === 'variable' ? this.#asSelector(operand) : operand
    if (node.name === 'MatrixSelector') {
      if (selector.kind !== 'selector' || selector.range !== undefined)
        throw new ProblemFound({
          at: operand.to,
          reason: 'a range stands after something that is not a metric',
          mend: 'Write the range after the metric itself, or a subquery with a colon: [5m:].',
        })
      return { ...selector, range: this.#duration(present(durations[0])), ...span }
    }
    if (selector.kind !== 'selector' && selector.kind !== 'subquery')
      throw new ProblemFound({
        at: operand.to,
        reason: `${this.#read(present(operand.to <= node.to ? node.lastChild?.prevSibling : node)).toLowerCase() || 'offset'} stands after something that is not a metric`,
        mend: 'Write offset and @ after the metric itself, inside of the function.',
      })
    const offset = node.getChild('OffsetDurationExpr')
    if (offset !== null) return { ...selector, offset: this.#duration(offset), ...span }
    return node.name === 'StepInvariantExpr'
      ? { ...selector, isPinned: true, ...span }
      : { ...selector, ...span }
  }

  #asSelector({ from, to }: Span): Selector {
    const name = { text: this.#text.slice(from, to), isVariable: true, from, to }
    const rest = { range: undefined, offset: undefined, isPinned: false, hasUnknownMatchers: true }
    return { kind: 'selector', name, matchers: [], ...rest, from, to }
  }

  #labels(node: SyntaxNode | null | undefined): readonly Word[] {
    return Array.from(node === null || node === undefined ? [] : children(node), (label) =>
      label.name === 'QuotedLabelName' ? this.text(present(label.firstChild)) : this.word(label),
    )
  }

  #duration(node: SyntaxNode): Duration {
    const variables = this.#within(node).map(({ name }) => name)
    const ms = variables.length > 0 ? undefined : arithmetic(this.#read(node))
    return { ms, variables, from: node.from, to: node.to }
  }

  #hasVariable(node: Span): boolean {
    return this.#variables.some(({ from, to }) => from < node.to && to > node.from)
  }

  #within(node: Span): readonly PlacedVariable[] {
    return this.#variables.filter(({ from, to }) => from < node.to && to > node.from)
  }

  #read({ from, to }: Span): string {
    return this.#readText.slice(from, to)
  }
}

/** Deeper than anyone nests, shallower than the stack. */
const maxDepth = 500

function inside(node: SyntaxNode): readonly SyntaxNode[] {
  return [...children(node)]
}

/** Durations may be computed: `5m * 2`. What takes more than one step is left undetermined. */
function arithmetic(text: string): number | undefined {
  const [, left = '', operator, right = ''] =
    /^([^*/+]+?)(?:\s*([*/+])\s*([^*/+-]+))?$/.exec(text.trim()) ?? []
  const [a, b] = [durationMs(left), numberOf(right)]
  if (operator === undefined || a === undefined || b === undefined) return a
  return operator === '*' ? a * b : operator === '/' ? a / b : a + b * 1000
}
