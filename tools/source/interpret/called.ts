import type { CallSite } from '../libraries/library.ts'
import type { Expression } from '../program.ts'
import type { Scope, Values } from './values.ts'

/** A call with all that is known of it. */
export interface Called {
  readonly expression: Extract<Expression, { kind: 'call' }>
  readonly scope: Scope
  /** What the called member is a member of. */
  readonly receivers: Values
  readonly args: readonly Values[]
  /** As libraries see it. */
  readonly site: CallSite
}
