import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { components } from '../../../src/catalog/catalog.ts'
import { readGenerateSettings } from '../../../tools/generate/settings-file.ts'

describe('the configuration of generate', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generate-'))
  })
  after(() => rm(folder, { recursive: true }))

  const read = async (text: string) => {
    const file = join(folder, 'c.yaml')
    await writeFile(file, text)
    return readGenerateSettings(file, components)
  }

  it('has a default for everything', async () => {
    assert.deepEqual(await read(''), {
      thresholds: {},
      alerts: {},
      runbooks: 'docs/runbooks.md',
      jobs: ['tidegauge'],
    })
  })

  it('changes what it names', async () => {
    const text = `thresholds:
  firehose_lag_seconds: { warning: 5 }
  instance:http_request_errors:ratio_rate5m: { critical: 0.5 }
alerts: { FirehoseDown: { for: 1h30m, severity: info, enabled: true, labels: { team: tide } } }
runbooks: https://wiki.example.org/r
jobs: [a, b]`
    assert.deepEqual(await read(text), {
      thresholds: {
        firehose_lag_seconds: { warning: 5 },
        'instance:http_request_errors:ratio_rate5m': { critical: 0.5 },
      },
      alerts: { FirehoseDown: { for: '1h30m', severity: 'info', enabled: true, labels: { team: 'tide' } } },
      runbooks: 'https://wiki.example.org/r',
      jobs: ['a', 'b'],
    })
  })

  const refused = [
    { text: '\ntreshold: {}', says: /c\.yaml:2: treshold: is not a known key; did you mean thresholds\?/ },
    {
      text: 'thresholds:\n  firehose_lag_second: { warning: 5 }',
      says: /:2: thresholds\.firehose_lag_second: is not a metric of the catalog; did you mean firehose_lag_seconds\?$/,
    },
    {
      text: 'thresholds:\n  storage_records: { warning: 5 }',
      says: /:2: thresholds\.storage_records\.warning: changes nothing; docs\/metrics\.md tells which have bounds$/,
    },
    {
      text: 'thresholds:\n  firehose_lag_seconds: { warning: 50, critical: 5 }',
      says: /:2: thresholds\.firehose_lag_seconds: has the warning \(50\) above the critical bound \(5\); swap them$/,
    },
    {
      text: 'alerts:\n  FirehoseDwn: {}',
      says: /:2: alerts\.FirehoseDwn: is not an alert of the catalog; did you mean FirehoseDown\?$/,
    },
    {
      text: 'alerts: { FirehoseDown: { for: soon } }',
      says: /:1: .*for: is "soon"; write a duration as Prometheus does/,
    },
    {
      text: 'alerts: { FirehoseDown: { labels: { a-b: x } } }',
      says: /:1: .*labels\.a-b: is not a valid name; write the name of a label, such as team$/,
    },
    { text: 'jobs: []', says: /:1: jobs: is \[\]; give at least 1 item$/ },
  ]
  for (const { text, says } of refused)
    it(`refuses ${text.trim().replaceAll('\n', ' ')}`, () =>
      assert.rejects(read(text), { name: 'UsageError', message: says }))
})
