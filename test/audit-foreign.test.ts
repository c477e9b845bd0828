import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { runAudit } from '../otel/audit/audit.ts'

const root = join(import.meta.dirname, 'audit', 'foreign')
const services = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())

interface Answer {
  readonly check: string
  readonly level: string
  readonly file: string
  readonly line?: number
  readonly subject: string
}

describe('the audit of services that somebody else wrote', () => {
  for (const { name } of services) {
    it(`finds every defect of the ${name} service, and invents none`, async () => {
      const folder = join(root, name)
      const answers: readonly Answer[] = parse(readFileSync(join(folder, 'answers.yaml'), 'utf8'))
      const { findings, problems } = await runAudit({
        scrape: [join(folder, 'scrape.txt')],
        dashboards: [join(folder, 'dashboards', '*.json')],
        rules: [join(folder, 'rules', '*.yaml')],
        source: [folder],
      })
      assert.deepEqual(problems, [])
      const found = findings.map(({ check, level, place, subject }) => {
        const file = relative(folder, place.file)
        return { check, level, file, ...(place.line !== undefined && { line: place.line }), subject }
      })
      const texts = new Set(found.map(text))
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
})

function text({ check, level, file, line, subject }: Answer): string {
  return [check, level, `${file}:${line ?? ''}`, subject].join(' | ')
}
