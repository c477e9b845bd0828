import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { createJudge, type Judge } from './audit/mutation/judge.ts'
import { kinds } from './audit/mutation/kinds.ts'
import { sample } from './audit/mutation/sample.ts'
import { rowsOf } from './audit/mutation/table.ts'
import { readTree } from './audit/mutation/tree.ts'

const rows = rowsOf(readFileSync(join(import.meta.dirname, '../docs/audit-mutation.md'), 'utf8'))

describe('the audit of a tree with one thing bent', () => {
  const tree = readTree()
  let judge: Judge

  before(async () => {
    judge = await createJudge(tree)
  })

  it('finds nothing above info in the tree as it is', async () => {
    // After a change of the catalog the scrape has to be taken anew: node test/audit/mutation/renew-scrape.ts
    assert.deepEqual(await judge.clean({ withSource: false }), [])
  })

  // One of each kind; all of them are looked at in `npm run e2e`.
  for (const kind of kinds.filter(({ of }) => of !== 'source')) {
    it(`finds, as far as docs/audit-mutation.md says: ${kind.name}`, async () => {
      const row = rows.get(kind.name)
      assert.ok(row, 'is not on the page: run node test/audit/mutation/run.ts --write')
      const missed: string[] = []
      for (const { what, change } of sample(kind, tree, 1)) {
        const verdict = await judge.verdict(change, { isNoteEnough: kind.note !== undefined })
        const isExpected = row.bySense === row.mutants ? verdict === 'by sense' : verdict !== 'survived'
        if (!isExpected) missed.push(`${what}: ${verdict}`)
      }
      // Of kinds that are not always found, a sample may hold some that are not.
      if (row.found === row.mutants) assert.deepEqual(missed, [])
    })
  }
})
