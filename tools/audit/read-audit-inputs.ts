import { type InputOptions, isForeseen, readInputs } from '../inputs/read-inputs.ts'
import type { AuditInputs } from './check.ts'
import { type CatalogToExpect, type Expected, expectedFrom } from './expected.ts'
import { defaultLimits, type Limits } from './limits.ts'

/** What to audit; what is left out is not looked at. */
export interface AuditInputOptions extends InputOptions {
  /** What is declared, the file that says so, which findings name, and how its dashboards and rules are to be. */
  readonly catalog?: CatalogToExpect
  /** From what on cardinality counts as too high. */
  readonly limits?: Partial<Limits>
}

/** Reads everything that was asked for, and makes what it is compared with. What cannot be read is a problem, a line each. */
export async function readAuditInputs(
  options: AuditInputOptions,
): Promise<{ readonly inputs: AuditInputs; readonly problems: readonly string[] }> {
  const problems: string[] = []
  const onProblem = ({ message }: Error) => {
    problems.push(message)
  }
  const read = await readInputs(options, onProblem)
  const expected = await readExpected(options, read, onProblem)
  return { inputs: { ...read, expected, limits: { ...defaultLimits, ...options.limits } }, problems }
}

async function readExpected(
  { catalog }: AuditInputOptions,
  { dashboards, rules }: Pick<AuditInputs, 'dashboards' | 'rules'>,
  onProblem: (problem: Error) => void,
): Promise<Expected | undefined> {
  if (catalog === undefined || dashboards.length + rules.length === 0) return undefined
  try {
    return await expectedFrom({ catalog, dashboards, rules })
  } catch (error) {
    if (!isForeseen(error)) throw error
    onProblem(error)
    return undefined
  }
}
