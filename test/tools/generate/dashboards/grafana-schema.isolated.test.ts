import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Panel } from '@tidegauge/otel/catalog'
import { promql } from '@tidegauge/otel/catalog'
import { declarations } from '../../../../otel/catalog/component.ts'
import { components } from '../../../../src/catalog/catalog.ts'
import { storageRecords } from '../../../../src/catalog/storage/metrics.ts'
import { defaultSettings } from '../../../../tools/catalog-file/overrides.ts'
import { dashboardFiles } from '../../../../tools/generate/dashboards/dashboards.ts'

/** Every one bends something of a dashboard that is right. */
const bends = [
  { what: 'a misspelt field of the dashboard', from: '"refresh":', to: '"refrsh":' },
  { what: 'a number as text', from: '"schemaVersion": 42', to: '"schemaVersion": "42"' },
  { what: 'a width as text', from: '"w": 12', to: '"w": "12"' },
  { what: 'an unknown kind of variable', from: '"type": "query"', to: '"type": "qery"' },
  { what: 'an unknown kind of panel', from: '"type": "timeseries"', to: '"type": "timeseris"' },
  { what: 'a panel without id', from: '"id":', to: '"di":' },
  { what: 'an unknown mode of thresholds', from: '"mode": "absolute"', to: '"mode": "absolut"' },
  { what: 'a step without colour', from: '"color": "green"', to: '"colour": "green"' },
  { what: 'an unknown field of a query', from: '"legendFormat":', to: '"legendFormt":' },
  { what: 'an expression that is not text', from: '"expr": ', to: '"expr": 1 ?? ' },
  { what: 'an unknown option of a stat', from: '"graphMode":', to: '"graphMoode":' },
  { what: 'an unknown value of an option', from: '"placement": "bottom"', to: '"placement": "botom"' },
  { what: 'an unknown field of a graph', from: '"lineWidth":', to: '"lineWdth":' },
  { what: 'an unknown value of such a field', from: '"showPoints": "never"', to: '"showPoints": "nevr"' },
  { what: 'a link of an unknown type', from: '"type": "dashboards"', to: '"type": "dashboard"' },
  { what: 'a refresh of variables out of range', from: '"refresh": 2', to: '"refresh": 7' },
] as const

const kinds = [
  'timeseries',
  'stat',
  'gauge',
  'table',
  'heatmap',
  'bargauge',
] as const satisfies Panel['kind'][]

/** A component with a panel of every kind, whether or not one that stands has such. */
const ofEveryKind = declarations([
  {
    component: { name: 'kinds', title: 'Kinds', description: 'All there are.' },
    panels: kinds.map((kind) => ({
      panel: kind,
      description: 'One of its kind.',
      kind,
      unit: 's',
      targets: [{ query: promql`sum by (x) (${storageRecords})`, legend: '{{x}}' }],
    })),
  },
])

describe('the generated dashboards, as the published schema of Grafana sees them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'grafana-schema-'))
  const files = dashboardFiles([...components, ofEveryKind], defaultSettings)
  const errors = new Map<string, string[]>()

  before(async () => {
    const program = join(folder, 'tsconfig.json')
    writeFileSync(program, JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    for (const [path, text] of Object.entries(files)) write(basename(path, '.json'), text)
    const whole = files['dashboards/overview.json'] ?? ''
    for (const [index, { from, to }] of bends.entries()) {
      assert.ok(whole.includes(from), `there is no ${from} to bend`)
      write(`bent-${index}`, whole.replace(from, to))
    }
    for (const line of (await compile(program)).split('\n')) {
      const name = /^[^(]*?([\w-]+)\.ts\(/.exec(line)?.[1]
      if (name !== undefined) errors.set(name, [...(errors.get(name) ?? []), line])
      else assert.match(line, /^\s|^$/, line)
    }
  })
  after(() => rmSync(folder, { recursive: true }))

  function write(name: string, json: string): void {
    const type = join(import.meta.dirname, 'grafana-schema.fixture.ts')
    const text = `import type { DashboardFile } from '${type}'\nexport const dashboard: DashboardFile = ${json}`
    writeFileSync(join(folder, `${name}.ts`), text)
  }

  for (const path of Object.keys(files))
    it(`takes ${path}`, () => assert.deepEqual(errors.get(basename(path, '.json')), undefined))

  for (const [index, { what }] of bends.entries())
    it(`refuses ${what}`, () => assert.ok(errors.get(`bent-${index}`), 'it was taken'))
})

const compilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: 'esnext',
  module: 'preserve',
  allowImportingTsExtensions: true,
  types: [],
}

/** Lines of the compiler, which says what is wrong on standard output and ends with a code when anything is. */
function compile(program: string): Promise<string> {
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
  const arguments_ = [join(typescript, 'bin/tsc'), '-p', program, '--pretty', 'false']
  return new Promise((resolve) => {
    execFile(process.execPath, arguments_, { maxBuffer: 2 ** 26 }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })
}
