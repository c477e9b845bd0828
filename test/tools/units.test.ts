import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ComponentCatalog, MetricDefinition } from '@tidegauge/otel/catalog'
import { grafanaUnit, prometheusName, units } from '@tidegauge/otel/naming'
import { type Audit, runAudit } from '../../tools/audit/audit.ts'
import { generatedFiles } from '../../tools/generate/files.ts'

/** Every unit that is known by name, so much of it a second, and what is counted. */
const all = [...units.keys()].flatMap((unit) => [unit, `${unit}/s`])
const counted = ['', '{request}', '{event}', '{job}', '{request}/s', '{job}/s', '{event}/min', '{job}/h']

const parts = [...all, ...counted].map((unit, index) => [unit, component(unit, index)] as const)
const components = parts.map(([, component]) => component)

describe('dashboards and rules that are generated from a catalog', () => {
  let folder = ''
  let audit: Audit

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidegauge-units-'))
    for (const [path, text] of generatedFiles({ components })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const scrapes = [1, 2, 3].map((time) => {
      const file = join(folder, `scrape-${time}.txt`)
      writeFileSync(file, components.flatMap(({ metrics }) => metrics.map(exposed(time))).join(''))
      return file
    })
    audit = await runAudit({
      catalog: { file: 'catalog.ts', components },
      scrape: [scrapes],
      dashboards: [join(folder, 'dashboards/*.json')],
      rules: [join(folder, 'dashboards/alerts/*.yaml')],
    })
  })
  after(() => rmSync(folder, { recursive: true }))

  it('are all read', () => {
    assert.deepEqual(audit.problems, [])
    assert.equal(audit.inputs.dashboards, components.length + 1)
    assert.equal(audit.inputs.ruleFiles, components.length)
  })

  for (const [unit, component] of parts)
    it(`have no finding for metrics in ${unit || 'no unit'}, which Grafana shows as ${grafanaUnit(unit)}`, () => {
      assert.deepEqual(
        found(audit).filter((text) => text.includes(component.name)),
        [],
      )
    })

  it('have no other finding', () => assert.deepEqual(found(audit), []))
})

/** Without the advice to record in base units, which is about the choice of the unit rather than what is made of it. */
function found({ findings }: Audit): readonly string[] {
  return findings
    .filter(({ check, subject }) => check !== 'name-convention' || !subject.endsWith(' unit'))
    .map(
      ({ check, level, place, subject, reason }) =>
        `${level} ${check} ${subject} in ${place.file}: ${reason}`,
    )
}

function component(unit: string, index: number): ComponentCatalog {
  const name = `part${String.fromCharCode(97 + Math.floor(index / 26))}${String.fromCharCode(97 + (index % 26))}`
  const thresholds = { warning: 0.1, critical: 0.2 }
  const metric = (
    what: string,
    instrument: MetricDefinition['instrument'],
    more: Partial<MetricDefinition> = {},
  ) => ({
    name: `${name}.${what}`,
    instrument,
    unit,
    description: `What the ${what} of ${name} is.`,
    noAlert: 'nothing is wrong with any value of it',
    ...more,
  })
  const level: MetricDefinition = { ...metric('level', 'gauge'), thresholds }
  return {
    name,
    title: name,
    description: `Metrics in ${unit}.`,
    metrics: [
      metric('work', 'counter'),
      metric('bounded', 'counter', { thresholds }),
      level,
      metric('balance', 'upDownCounter'),
      ...(unit === 's' ? [metric('run.timestamp', 'gauge')] : []),
      metric('spread', 'histogram', { buckets: [1, 10, 100] }),
    ],
    recordings: [],
    panels: [],
    alerts: [
      {
        alert: `${name}High`,
        query: {
          strings: ['', ' > ', ''],
          parts: [level, { thresholdOf: level as never, level: 'critical' }],
        },
        for: '5m',
        severity: 'warning',
        summary: `{{ $labels.instance }} has too much of ${name}`,
        description: 'It is {{ $value }}.',
        runbook: 'Look why.',
        tests: {
          fires: {
            series: [{ query: { strings: ['', ''], parts: [level] }, values: '{critical*2}x20' }],
            at: '10m',
          },
          quiet: {
            series: [{ query: { strings: ['', ''], parts: [level] }, values: '{critical/2}x20' }],
            at: '10m',
          },
        },
      },
    ],
  }
}

/** As the endpoint would expose it, further on each time. */
function exposed(time: number) {
  return (metric: MetricDefinition): string => {
    const name = prometheusName(metric)
    const type = metric.instrument === 'upDownCounter' ? 'gauge' : metric.instrument
    const head = `# HELP ${name} ${metric.description}\n# TYPE ${name} ${type}\n`
    if (type !== 'histogram') return `${head}${name} ${time}\n`
    const bucket = (le: string, value: number) => `${name}_bucket{le="${le}"} ${value}\n`
    return `${head}${bucket('1', time)}${bucket('10', 2 * time)}${bucket('100', 3 * time)}${bucket('+Inf', 3 * time)}${name}_sum ${40 * time}\n${name}_count ${3 * time}\n`
  }
}
