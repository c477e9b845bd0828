import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allOutcomes } from './all-outcomes.ts'
import { createJudge } from './judge.ts'
import { page, percent, rowsOf, sum } from './table.ts'
import { readTree } from './tree.ts'

/**
 * The mutation test of the audit, all of it: `node test/audit/mutation/run.ts` fails when the tree as it is has a finding,
 * or when a kind of mutant is found less often than the page says; with `--write` it writes the page again.
 */
const file = join(import.meta.dirname, '../../../docs/audit-mutation.md')

const judge = await createJudge(readTree())
const clean = await judge.clean({ withSource: false })
if (clean.length > 0) throw new Error(`The tree as it is has findings:\n${clean.join('\n')}`)

const all = await allOutcomes()
const { mutants, bySense, found } = sum(all)
console.log(
  `${mutants} mutants: ${percent(bySense, mutants)} found by sense, ${percent(found, mutants)} in all`,
)
if (process.argv.includes('--write')) writeFileSync(file, page(all))
else {
  const worse = lessThan(readFileSync(file, 'utf8'))
  for (const line of worse) console.error(line)
  if (worse.length > 0) process.exitCode = 1
}

function lessThan(before: string): readonly string[] {
  const rows = rowsOf(before)
  return all.flatMap((outcome) => {
    const [was, is] = [rows.get(outcome.kind), sum([outcome])]
    if (was === undefined) return `${outcome.kind}: not on the page; run it with --write`
    const isWorse = (of: 'bySense' | 'found') => is[of] / is.mutants < was[of] / was.mutants
    if (!isWorse('bySense') && !isWorse('found')) return []
    const missed = outcome.survivors.slice(0, 3).join('; ')
    return `${outcome.kind}: ${is.bySense} by sense and ${is.found} in all of ${is.mutants}, before ${was.bySense} and ${was.found} of ${was.mutants}; ${missed}`
  })
}
