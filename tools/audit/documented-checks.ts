import { checks } from './checks/checks.ts'
import type { Check } from './planes.ts'

/** Every check that a finding may name, that of exceptions included, which needs no planes. */
export const documentedChecks: readonly Pick<Check, 'name' | 'description'>[] = [
  ...checks,
  {
    name: 'exception-unused',
    description: 'An exception accepts no finding any more: what it was for is mended, or it is misspelt.',
  },
]
