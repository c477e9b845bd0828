import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { runAudit } from '../tools/audit/audit.ts'
import { documentedChecks } from '../tools/audit/documented-checks.ts'
import type { Exception } from '../tools/audit/exceptions.ts'

const root = join(import.meta.dirname, 'audit', 'foreign')
const services = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())

interface Answer {
  readonly check: string
  readonly level: string
  readonly file: string
  readonly line?: number
  readonly subject: string
}

/** Checks that no file of a service can provoke, and why. */
const elsewhere: readonly (readonly [checks: RegExp, why: string])[] = [
  [/^catalog-/, 'compares with a catalog, which these services do not have'],
  [/^(source|dashboard-mappings|dashboard-rows|dashboard-thresholds)-catalog$/, 'compares with a catalog'],
  [/^(histogram-buckets|metric-help-declared)$/, 'compares with a catalog'],
  [/^query-finds-nothing$/, 'asks a running Prometheus'],
]

describe('the audit of services that somebody else wrote', () => {
  for (const { name } of services) {
    it(`finds every defect of the ${name} service, and invents none`, async () => {
      const folder = join(root, name)
      const { findings, problems } = await runAudit({
        scrape: [scrapesOf(folder)],
        dashboards: [join(folder, 'dashboards', '*.json')],
        rules: [join(folder, 'rules', '*.yaml')],
        source: [folder],
        ...acceptedIn(join(folder, 'accepted.yaml')),
      })
      assert.deepEqual(problems, [])
      const found = findings.map(({ check, level, place, subject }) => {
        const file = relative(folder, place.file)
        return { check, level, file, ...(place.line !== undefined && { line: place.line }), subject }
      })
      const texts = new Set(found.map(text))
      const answers = answersOf(name)
      assert.deepEqual(
        answers.filter((answer) => !texts.has(text(answer))),
        [],
        'not found',
      )
      const expected = new Set(answers.map(text))
      // What is only advice may be given beyond the defects.
      const invented = found.filter((finding) => finding.level !== 'info' && !expected.has(text(finding)))
      assert.deepEqual(invented, [], 'invented')
    })
  }

  it('is tried with a defect for each of its checks', () => {
    const planted = new Set(services.flatMap(({ name }) => answersOf(name).map(({ check }) => check)))
    const untried = documentedChecks
      .map(({ name }) => name)
      .filter((name) => !planted.has(name) && !elsewhere.some(([checks]) => checks.test(name)))
    assert.deepEqual(untried, [])
  })
})

function answersOf(service: string): readonly Answer[] {
  return parse(readFileSync(join(root, service, 'answers.yaml'), 'utf8'))
}

/** One scrape, or several of one process in the order of time. */
function scrapesOf(folder: string): readonly string[] {
  const several = join(folder, 'scrapes')
  if (!existsSync(several)) return [join(folder, 'scrape.txt')]
  return readdirSync(several)
    .sort()
    .map((file) => join(several, file))
}

function acceptedIn(file: string): {
  readonly exceptions?: readonly Exception[]
  readonly exceptionsFile?: string
} {
  return existsSync(file) ? { exceptions: parse(readFileSync(file, 'utf8')), exceptionsFile: file } : {}
}

function text({ check, level, file, line, subject }: Answer): string {
  return [check, level, `${file}:${line ?? ''}`, subject].join(' | ')
}
