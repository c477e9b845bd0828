import type { Check } from './check.ts'
import { checks } from './checks/checks.ts'

/** Every check that a finding may name, that of exceptions included, which needs no inputs. */
export const documentedChecks: readonly Pick<Check, 'name' | 'description'>[] = [
  ...checks,
  {
    name: 'exception-unused',
    description: 'An exception no longer accepts any finding: what it was for is fixed, or it is misspelled.',
  },
]
