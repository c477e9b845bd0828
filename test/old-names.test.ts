import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { observe } from '@tidegauge/otel'
import { jobs, startDemo, took } from '../otel/pipeline/testing/demo.ts'
import { catalog } from '../src/catalog/catalog.ts'
import { storageRecords } from '../src/catalog/storage/metrics.ts'

describe('otel/config/old-names.yaml', () => {
  it('gives the streams of the catalog their old names back', async () => {
    const file = join(import.meta.dirname, '../otel/config/old-names.yaml')
    await using demo = await startDemo(
      { OTEL_CONFIG_FILE: file, METRICS_PORT: '0' },
      { catalog: [...catalog, jobs, took] },
    )
    observe(demo.pipeline.meter(), storageRecords, () => 5)
    assert.deepEqual(await demo.lines('storage_records'), ['storage_records_total 5'])
  })
})
