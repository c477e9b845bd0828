import type { Inputs } from '../inputs/inputs.ts'
import type { Expected } from './expected.ts'
import type { Finding } from './finding.ts'
import type { Limits } from './limits.ts'

/** What checks look at: all that was read, and what it is measured against. */
export interface AuditInputs extends Inputs {
  /** What the dashboards and rules of the catalog should be; undefined without a catalog, or with nothing to compare. */
  readonly expected?: Expected | undefined
  /** @default defaultLimits */
  readonly limits?: Limits
}

/** A check looks at the inputs and reports what it finds; one file each. */
export interface Check {
  /** What findings carry as `check`. */
  readonly name: string
  /** What it looks for, in a sentence, for the list of checks. */
  readonly description: string
  readonly run: (inputs: AuditInputs) => Iterable<Finding> | Promise<Iterable<Finding>>
}
