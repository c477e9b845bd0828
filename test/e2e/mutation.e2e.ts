import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { allOutcomes } from '../audit/mutation/all-outcomes.ts'
import { createJudge } from '../audit/mutation/judge.ts'
import type { Outcome } from '../audit/mutation/outcome.ts'
import { percent, rowsOf, sum } from '../audit/mutation/table.ts'
import { readTree } from '../audit/mutation/tree.ts'

const rows = rowsOf(readFileSync(join(import.meta.dirname, '../../docs/audit-mutation.md'), 'utf8'))

describe('the audit of the tree with one thing dropped or bent at a time, all of them', () => {
  let all: readonly Outcome[]

  before(async () => {
    all = await allOutcomes()
  })

  it('finds nothing above info in the tree as it is, its source included', async () => {
    const judge = await createJudge(readTree())
    assert.deepEqual(await judge.clean({ withSource: true }), [])
  })

  it('finds 99 % of thousands', (context) => {
    const { mutants, bySense, found } = sum(all)
    context.diagnostic(
      `${mutants} mutants: ${percent(bySense, mutants)} by sense, ${percent(found, mutants)} in all`,
    )
    assert.ok(mutants > 5000)
    assert.ok(found / mutants >= 0.99)
  })

  it('finds no kind less often than docs/audit-mutation.md says', () => {
    const worse = all.filter((outcome) => {
      const [is, was] = [sum([outcome]), rows.get(outcome.kind)]
      return (
        was === undefined ||
        is.bySense / is.mutants < was.bySense / was.mutants ||
        is.found / is.mutants < was.found / was.mutants
      )
    })
    assert.deepEqual(
      worse.map(({ kind }) => kind),
      [],
    )
  })
})
