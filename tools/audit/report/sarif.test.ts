import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import Ajv from 'ajv'
import type { Audit } from '../audit.ts'
import { documentedChecks } from '../documented-checks.ts'
import type { Finding } from '../finding.ts'
import { sarifReport } from './sarif.ts'

const require = createRequire(import.meta.url)
const ajv = new Ajv({ schemaId: 'auto', allErrors: true })
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'))
/** The JSON schema of SARIF 2.1.0 as its makers publish it. */
const isSarif = ajv.compile(require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'))

function faultsOf(log: unknown): readonly string[] {
  return isSarif(log) ? [] : (isSarif.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message}`)
}

const finding: Finding = {
  check: 'query-unknown-metric',
  level: 'error',
  place: { file: 'grafana/shop.json', line: 84, panel: 'Orders / Rate' },
  subject: 'shop/Orders / Rate',
  reason: 'There is no metric orders_count.',
  mend: 'Write orders_total.',
}

const places: readonly Finding['place'][] = [
  finding.place,
  { file: 'grafana/shop.json' },
  { file: 'rules/shop.yaml', line: 1, rule: 'ShopDown' },
  { file: '/srv/rules/alarm süd #1.yaml', line: 3 },
  { file: '../other service/50%.json', line: 3 },
  { file: 'http://shop:8080/metrics?format=text', line: 7 },
  { file: 'http://shop:8080/metrics?a={b}|c d' },
]

const audit: Audit = {
  findings: [],
  known: [],
  gone: [],
  excepted: [],
  inputs: {
    catalog: undefined,
    source: undefined,
    targets: [],
    dashboards: 0,
    panels: 0,
    ruleFiles: 0,
    alerts: 0,
    recordings: 0,
    prometheus: undefined,
  },
  problems: [],
  metrics: [],
}

const reported = (changes: Partial<Audit>) =>
  JSON.parse(sarifReport({ ...audit, ...changes }, { version: '1.2.3', checks: documentedChecks }))

describe('the report as SARIF', () => {
  const cases: readonly { readonly what: string; readonly changes: Partial<Audit> }[] = [
    { what: 'without findings', changes: {} },
    {
      what: 'with findings of each level at every kind of place',
      changes: {
        findings: (['error', 'warning', 'info'] as const).flatMap((level) =>
          places.map((place) => ({ ...finding, level, place })),
        ),
      },
    },
    {
      what: 'with a finding of a check that is not in the list',
      changes: { findings: [{ ...finding, check: 'mine' }] },
    },
    { what: 'with what the baseline knows', changes: { known: [finding] } },
    {
      what: 'with what is excepted',
      changes: { excepted: [{ finding, exception: { check: '*', reason: 'It goes in spring.' } }] },
    },
    { what: 'with what could not be read', changes: { problems: ['rules.yaml:3: mend the YAML'] } },
  ]
  for (const { what, changes } of cases) {
    it(`is valid by the schema of SARIF 2.1.0 ${what}`, () => {
      assert.deepEqual(faultsOf(reported(changes)), [])
    })
  }

  it('names of each result its rule, place, and message, and the place as a reference that URIs allow', () => {
    const { rules } = reported({}).runs[0].tool.driver
    const { results } = reported({ findings: places.map((place) => ({ ...finding, place })) }).runs[0]
    for (const { ruleId, ruleIndex, message } of results) {
      assert.equal(rules[ruleIndex].id, ruleId)
      assert.equal(message.text, 'There is no metric orders_count. Write orders_total.')
    }
    const uris = results.map(
      ({ locations }: { locations: [{ physicalLocation: { artifactLocation: { uri: string } } }] }) =>
        locations[0].physicalLocation.artifactLocation.uri,
    )
    assert.deepEqual(uris, [
      'grafana/shop.json',
      'grafana/shop.json',
      'rules/shop.yaml',
      'file:///srv/rules/alarm%20s%C3%BCd%20%231.yaml',
      '../other%20service/50%25.json',
      'http://shop:8080/metrics?format=text',
      'http://shop:8080/metrics?a=%7Bb%7D%7Cc%20d',
    ])
  })

  it('is held against a schema that refuses what is wrong', () => {
    const log = reported({ findings: [finding] })
    log.runs[0].results[0].level = 'fatal'
    log.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0
    delete log.runs[0].tool.driver.name
    assert.equal(faultsOf(log).length, 3)
  })
})
