import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dashboardRowsCatalog } from '../../tools/audit/checks/catalog/dashboard-rows-catalog.ts'
import { catalogInputs, type Files, findingsOf, replace } from './catalog-inputs.fixture.ts'

const told = async (bend?: (files: Files) => void) => {
  const findings = await findingsOf([dashboardRowsCatalog], await catalogInputs(bend ? { bend } : {}))
  return findings.map(({ level, subject }) => `${level} ${subject}`)
}

describe('rows and the catalog', () => {
  it('finds nothing in what was generated', async () => {
    assert.deepEqual(await told(), [])
  })

  it('misses a row that is called otherwise', async () => {
    assert.deepEqual(
      await told((files) => replace(files, 'dashboards/firehose.json', '"At a glance"', '"Top"')),
      ['warning tidegauge-firehose/row At a glance'],
    )
  })
})
