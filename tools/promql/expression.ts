/** A query as a tree. Offsets refer to its text as it was written, Grafana variables and all. */
export type Expression =
  | Selector
  | Subquery
  | Call
  | Aggregation
  | Binary
  | Unary
  | NumberLiteral
  | TextLiteral
  | VariableExpression

export interface Span {
  readonly from: number
  /** Offset after the last character. */
  readonly to: number
}

/** A name or text in a query. */
export interface Word extends Span {
  /** As written, quotes and escapes resolved; of a variable its reference. */
  readonly text: string
  /** All or part of it is a Grafana variable, so that what it stands for is not known. */
  readonly isVariable: boolean
}

/** A length of time in a query. */
export interface Duration extends Span {
  /** Undefined where a variable or `step()` decides. */
  readonly ms: number | undefined
  /** Names of the Grafana variables in it: `__rate_interval`. */
  readonly variables: readonly string[]
}

/** `name{label="value"}`, with a range when it is a range vector. */
export interface Selector extends Span, Shifted {
  readonly kind: 'selector'
  /** Undefined when only matchers choose the metric. */
  readonly name: Word | undefined
  /** Without the one that gives the name. */
  readonly matchers: readonly Matcher[]
  /** A variable stands in the place of further matchers. */
  readonly hasUnknownMatchers: boolean
  readonly range: Duration | undefined
}

export interface Matcher extends Span {
  readonly label: Word
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: Word
}

interface Shifted {
  readonly offset: Duration | undefined
  /** Evaluated at a fixed moment by `@`. */
  readonly isPinned: boolean
}

export interface Subquery extends Span, Shifted {
  readonly kind: 'subquery'
  readonly expression: Expression
  readonly range: Duration
  readonly step: Duration | undefined
}

export interface Call extends Span {
  readonly kind: 'call'
  readonly function: Word
  readonly arguments: readonly Expression[]
}

export interface Aggregation extends Span {
  readonly kind: 'aggregation'
  readonly operator: Word
  readonly grouping: Grouping | undefined
  /** What stands before the vector: the 5 of `topk(5, x)`. */
  readonly parameter: Expression | undefined
  readonly expression: Expression
}

export interface Grouping extends Span {
  readonly kind: 'by' | 'without'
  readonly labels: readonly Word[]
}

export interface Binary extends Span {
  readonly kind: 'binary'
  /** `+`, `==`, `and`, …, in lower case. */
  readonly operator: Word
  /** Yields 0 or 1 rather than keeping or dropping series. */
  readonly isBool: boolean
  readonly matching: Matching | undefined
  /** Series without a partner are filled in. */
  readonly isFilled: boolean
  readonly left: Expression
  readonly right: Expression
}

export interface Matching extends Span {
  readonly kind: 'on' | 'ignoring'
  readonly labels: readonly Word[]
  readonly group: 'left' | 'right' | undefined
  /** Labels that `group_left` or `group_right` takes over. */
  readonly include: readonly Word[]
}

export interface Unary extends Span {
  readonly kind: 'unary'
  readonly operator: '-' | '+'
  readonly expression: Expression
}

export interface NumberLiteral extends Span {
  readonly kind: 'number'
  readonly value: number
}

export interface TextLiteral extends Span {
  readonly kind: 'text'
  readonly word: Word
}

/** A Grafana variable that stands for a whole expression, number or metric. */
export interface VariableExpression extends Span {
  readonly kind: 'variable'
  readonly name: string
}

export const comparisons: ReadonlySet<string> = new Set(['==', '!=', '>', '<', '>=', '<='])
export const setOperators: ReadonlySet<string> = new Set(['and', 'or', 'unless'])
