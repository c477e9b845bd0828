import { isAbsolute, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Audit } from '../audit.ts'
import type { Check } from '../check.ts'
import type { Finding, Level } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'

const levelNames: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', info: 'note' }

export interface SarifOptions {
  readonly version: string
  readonly checks: readonly Pick<Check, 'name' | 'description'>[]
}

/**
 * The report for code scanning, as SARIF 2.1.0. What is known or excepted is in it as suppressed.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifReport(audit: Audit, { version, checks }: SarifOptions): string {
  const { findings, known, excepted, problems } = audit
  const rules = checks.map(({ name, description }) => ({
    id: name,
    shortDescription: { text: description },
  }))
  const indexes = new Map(rules.map(({ id }, index) => [id, index]))
  const result = (finding: Finding) => resultOf(finding, indexes.get(finding.check))
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tidegauge audit', version, rules } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: problems.length === 0,
            toolExecutionNotifications: problems.map((text) => ({ level: 'error', message: { text } })),
          },
        ],
        results: [
          ...findings.map((finding) => ({ ...result(finding), baselineState: 'new' })),
          ...known.map((finding) => ({
            ...result(finding),
            baselineState: 'unchanged',
            suppressions: [{ kind: 'external', justification: 'known in the baseline' }],
          })),
          ...excepted.map(({ finding, exception }) => ({
            ...result(finding),
            suppressions: [{ kind: 'external', justification: exception.reason }],
          })),
        ],
      },
    ],
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}

function resultOf(finding: Finding, ruleIndex: number | undefined) {
  const { check, level, place, reason, mend, subject } = finding
  const name = place.panel ?? place.rule
  return {
    ruleId: check,
    ...(ruleIndex !== undefined && { ruleIndex }),
    level: levelNames[level],
    message: { text: `${reason} ${mend}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(place.file) },
          ...(place.line !== undefined && { region: { startLine: place.line } }),
        },
        logicalLocations: [{ fullyQualifiedName: name ?? subject, kind: place.panel ? 'object' : 'member' }],
      },
    ],
    partialFingerprints: { 'tidegauge/v1': fingerprint(finding) },
  }
}

/** A path as a relative reference, a URL as it is but for what a URI may not hold. */
function uriOf(file: string): string {
  if (/^https?:\/\//.test(file)) return file.replaceAll(/[^\w\-.~:/?#[\]@!$&'()*+,;=%]/gu, encodeURIComponent)
  if (isAbsolute(file)) return pathToFileURL(file).href
  return file.split(sep).map(encodeURIComponent).join('/')
}
