import { checks } from '../../../otel/audit/checks/checks.ts'
import type { Check, Planes } from '../../../otel/audit/planes.ts'
import { isForeseen } from '../../../otel/audit/read-planes.ts'
import { readBentPlanes } from './bent-planes.ts'
import type { Change, Tree } from './mutant.ts'

/** What finds a mutant: a check that knows no original, only one that compares with the catalog, or nothing. */
export type Verdict = 'by sense' | 'by catalog' | 'survived'

export interface Judge {
  /** What the audit says above info of the tree as it is, with its source or without. */
  readonly clean: (options: { readonly withSource: boolean }) => Promise<readonly string[]>
  readonly verdict: (change: Change) => Promise<Verdict>
}

/** Audits a tree with one change at a time. The tree as it is has no finding, so that the first one convicts the change. */
export async function createJudge(tree: Tree): Promise<Judge> {
  const planes = await readBentPlanes(tree)
  const bySense = new Finder(checks.filter((check) => !isOfCatalog(check)))
  const byCatalog = new Finder(checks.filter(isOfCatalog))
  return {
    async clean(options) {
      const read = await planes.clean(options)
      const found: string[] = []
      for (const { name, run } of checks) {
        for (const { level, subject, reason } of await run(read))
          if (level !== 'info') found.push(`${name}: ${subject}: ${reason}`)
      }
      return found
    },
    async verdict(change) {
      try {
        const bent = await planes.changed(change)
        if (await bySense.find(bent)) return 'by sense'
        return (await byCatalog.find(await planes.compared(bent, change))) ? 'by catalog' : 'survived'
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

/** Runs checks until one finds something, first the one that found something last: it is likely to do so again. */
class Finder {
  #checks: readonly Check[]

  constructor(checks: readonly Check[]) {
    this.#checks = checks
  }

  async find(planes: Planes): Promise<boolean> {
    for (const check of this.#checks) {
      for (const { level } of await check.run(planes)) {
        if (level === 'info') continue
        this.#checks = [check, ...this.#checks.filter((each) => each !== check)]
        return true
      }
    }
    return false
  }
}
