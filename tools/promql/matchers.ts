import type { SyntaxNode } from '@lezer/common'
import type { Matcher, Span, Word } from './expression.ts'
import { children, present } from './nodes.ts'
import { ProblemFound } from './problem.ts'

/** Reads the words of a tree as they were written. */
export interface WordReader {
  /** A text between quotes. */
  text(node: SyntaxNode): Word
  /** A name. */
  word(node: SyntaxNode): Word
}

/**
 * Reads what stands in the braces of a selector. The metric may be named before them, as a quoted name
 * inside, or by `__name__`.
 */
export function readMatchers({
  name: before,
  braces,
  builder,
  unknown,
}: {
  readonly name: Word | undefined
  readonly braces: SyntaxNode | null
  readonly builder: WordReader
  /** Variables that stand for whole matchers. */
  readonly unknown: readonly Span[]
}): { readonly name: Word | undefined; readonly matchers: readonly Matcher[] } {
  let name = before
  const matchers: Matcher[] = []
  for (const node of braces === null ? [] : children(braces)) {
    if (unknown.some(({ from, to }) => from <= node.from && to >= node.to)) continue
    const [first, operator, value] = [...children(node)]
    const quotedName = node.name === 'QuotedLabelName' ? builder.text(present(first)) : undefined
    const matcher =
      quotedName === undefined
        ? readMatcher(builder, present(first), present(operator), present(value))
        : undefined
    const named = quotedName ?? (isName(matcher) ? matcher?.value : undefined)
    if (named !== undefined) {
      if (name !== undefined)
        throw new ProblemFound({
          at: node.from,
          reason: 'the metric is named twice',
          mend: 'Keep one of the two names.',
        })
      name = named
    } else if (matcher !== undefined) matchers.push(matcher)
  }
  return { name, matchers }
}

function readMatcher(
  builder: WordReader,
  label: SyntaxNode,
  operator: SyntaxNode,
  value: SyntaxNode,
): Matcher {
  const isQuoted = label.name === 'QuotedLabelName'
  return {
    label: isQuoted ? builder.text(present(label.firstChild)) : builder.word(label),
    operator: operators[operator.firstChild?.name ?? ''] ?? '=',
    value: builder.text(value),
    from: label.from,
    to: value.to,
  }
}

function isName(matcher: Matcher | undefined): boolean {
  return matcher?.label.text === '__name__' && matcher.operator === '='
}

const operators: Readonly<Record<string, Matcher['operator']>> = {
  EqlSingle: '=',
  Neq: '!=',
  EqlRegex: '=~',
  NeqRegex: '!~',
}
