import type { AuditInputs, Check } from '../../../tools/audit/check.ts'
import { checks } from '../../../tools/audit/checks/checks.ts'
import type { Finding } from '../../../tools/audit/finding.ts'
import { isForeseen } from '../../../tools/inputs/read-inputs.ts'
import { type BentInputs, readBentInputs } from './bent-inputs.ts'
import type { Change, Tree } from './mutant.ts'

/** What finds a mutant: a check that knows no original, only one that compares with the catalog, or nothing. */
export type Verdict = 'by sense' | 'by catalog' | 'survived'

export interface VerdictOptions {
  /** Whether a note that the tree as it is does not get counts as well. @default false */
  readonly isNoteEnough?: boolean
}

export interface Judge {
  /** What the audit says above info of the tree as it is, with its source or without. */
  readonly clean: (options: { readonly withSource: boolean }) => Promise<readonly string[]>
  readonly verdict: (change: Change, options?: VerdictOptions) => Promise<Verdict>
}

/** Audits a tree with one change at a time. The tree as it is has no finding, so that the first one convicts the change. */
export async function createJudge(tree: Tree): Promise<Judge> {
  const inputs = await readBentInputs(tree)
  const bySense = new Finder(checks.filter((check) => !isOfCatalog(check)))
  const byCatalog = new Finder(checks.filter(isOfCatalog))
  let isBeyond: Promise<(finding: Finding) => boolean> | undefined
  return {
    async clean(options) {
      const read = await inputs.clean(options)
      const found: string[] = []
      for (const { name, run } of checks) {
        for (const { level, subject, reason } of await run(read))
          if (level !== 'info') found.push(`${name}: ${subject}: ${reason}`)
      }
      return found
    },
    async verdict(change, { isNoteEnough = false } = {}) {
      try {
        if (isNoteEnough) isBeyond ??= beyondNotes(inputs)
        const isNew = isNoteEnough && isBeyond ? await isBeyond : isGrave
        const bent = await inputs.changed(change)
        if (await bySense.find(bent, isNew)) return 'by sense'
        return (await byCatalog.find(await inputs.compared(bent, change), isNew)) ? 'by catalog' : 'survived'
      } catch (error) {
        // A file that cannot be read is told, and the audit ends with 2.
        if (isForeseen(error)) return 'by sense'
        throw error
      }
    },
  }
}

/** Those that know what the catalog says about panels and rules, for which every difference is a fault. */
function isOfCatalog({ name }: Check): boolean {
  return /^(catalog-.*|dashboard-.*-catalog)$/.test(name)
}

function isGrave({ level }: Finding): boolean {
  return level !== 'info'
}

/** Tells what is not found in the tree as it is. */
async function beyondNotes(inputs: BentInputs): Promise<(finding: Finding) => boolean> {
  const read = await inputs.clean({ withSource: false })
  const known = new Set<string>()
  const key = ({ check, subject }: Finding) => `${check} ${subject}`
  for (const { run } of checks) for (const finding of await run(read)) known.add(key(finding))
  return (finding) => !known.has(key(finding))
}

/** Runs checks until one finds something, first the one that found something last: it is likely to do so again. */
class Finder {
  #checks: readonly Check[]

  constructor(checks: readonly Check[]) {
    this.#checks = checks
  }

  async find(inputs: AuditInputs, isNew: (finding: Finding) => boolean): Promise<boolean> {
    for (const check of this.#checks) {
      for (const finding of await check.run(inputs)) {
        if (!isNew(finding)) continue
        this.#checks = [check, ...this.#checks.filter((each) => each !== check)]
        return true
      }
    }
    return false
  }
}
