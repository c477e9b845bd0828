import { canonicalText, canonicalWith, operatorText } from './canonical.ts'
import { comparisons, type Expression } from './expression.ts'
import { operandsOf } from './walk.ts'

/** A part in which two queries differ, as each of them writes it; what is the same inside of it stands as `…`. */
export interface Difference {
  readonly here: string
  readonly there: string
  /** Set where only the number differs that something is compared with, or how it is compared. */
  readonly bound?: { readonly here: Bound; readonly there: Bound }
  /** Offset of the part in the text of the one query. */
  readonly at: number
}

export interface Bound {
  /** `>`, `<=`, … */
  readonly operator: string
  readonly value: number
}

/** Says where two queries differ in meaning, in parts as small as can be told; nothing when they mean the same. */
export function differences(here: Expression, there: Expression): readonly Difference[] {
  if (canonicalText(here) === canonicalText(there)) return []
  const bound = boundsOf(here, there)
  if (bound !== undefined && here.kind === 'binary' && there.kind === 'binary') {
    const inside = differences(here.left, there.left)
    if (
      canonicalText(here.right) === canonicalText(there.right) &&
      operatorText(here) === operatorText(there)
    )
      return inside
    return [
      ...inside,
      { here: boundText(bound.here), there: boundText(bound.there), bound, at: here.right.from },
    ]
  }
  const whole = { here: unwrapped(here), there: unwrapped(there), at: here.from }
  const [operands, others] = [operandsOf(here), operandsOf(there)]
  if (here.kind !== there.kind || operands.length !== others.length || operands.length === 0) return [whole]
  const inside = operands.flatMap((operand, index) => {
    const partner = others[index]
    // What is said of a number without what it is given to tells nobody anything.
    return partner === undefined || (isPlain(operand) && isPlain(partner))
      ? []
      : differences(operand, partner)
  })
  const [own, other] = [skeleton(here), skeleton(there)]
  if (own === other) return inside
  // Where nearly all differs, the whole is easier to read than its parts.
  return inside.length > 1 ? [whole] : [{ here: own, there: other, at: here.from }, ...inside]
}

/** The bounds that two comparisons compare with, where both compare with a number. */
function boundsOf(here: Expression, there: Expression): Difference['bound'] | undefined {
  const [own, other] = [boundOf(here), boundOf(there)]
  return own && other && { here: own, there: other }
}

function boundOf(of: Expression): Bound | undefined {
  if (of.kind !== 'binary' || !comparisons.has(of.operator.text)) return undefined
  const value = numberOf(of.right)
  return value === undefined ? undefined : { operator: operatorText(of), value }
}

function numberOf(of: Expression): number | undefined {
  if (of.kind === 'number') return of.value
  if (of.kind !== 'unary') return undefined
  const value = numberOf(of.expression)
  return value === undefined ? undefined : of.operator === '-' ? -value : value
}

function boundText({ operator, value }: Bound): string {
  return `${operator} ${value}`
}

/** An expression with what is inside of it as `…`, numbers and texts excepted. */
function skeleton(of: Expression): string {
  const text = canonicalWith(of, (inner) => (isPlain(inner) ? canonicalText(inner) : '…'))
  return of.kind === 'binary' ? text.slice(1, -1) : text
}

function unwrapped(of: Expression): string {
  const text = canonicalText(of)
  return of.kind === 'binary' ? text.slice(1, -1) : text
}

function isPlain({ kind }: Expression): boolean {
  return kind === 'number' || kind === 'text'
}
