import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { parseDocument } from 'yaml'
import { withChanged } from './audit/mutation/catalog-places.ts'
import { changeJson } from './audit/mutation/dashboard-places.ts'
import { createJudge, type Judge } from './audit/mutation/judge.ts'
import { kinds } from './audit/mutation/kinds.ts'
import type { Change } from './audit/mutation/mutant.ts'
import { queryPlaces } from './audit/mutation/query-places.ts'
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

  it('finds nothing in what was only rewritten', async () => {
    const [component] = tree.catalog
    const [metric] = component?.metrics ?? []
    assert.ok(metric)
    const same: readonly Change[] = [
      ...tree.dashboards.map((file) => changeJson(file, () => {})),
      ...tree.rules.map(
        ({ file, text }) =>
          ({ input: 'rules', file, text: parseDocument(text).toString({ lineWidth: 0 }) }) as const,
      ),
      ...queryPlaces(tree)
        .filter((_, at) => at % 20 === 0)
        .map(({ query, put }) => put(query.text)),
      { input: 'scrape', text: tree.scrape.text },
      { input: 'catalog', components: withChanged(tree.catalog, metric, { ...metric }) },
    ]
    for (const change of same) assert.equal(await judge.verdict(change), 'survived')
  })

  it('tells the kinds apart by their names', () => {
    const names = kinds.map(({ name }) => name)
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    )
  })

  it('bends something of every kind', () => {
    const empty = kinds.filter(({ mutants }) => mutants(tree)[Symbol.iterator]().next().done)
    assert.deepEqual(
      empty.map(({ name }) => name),
      [],
    )
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
