import { isForeseen } from '../inputs/read-inputs.ts'
import { type Baseline, compareToBaseline, type KnownFinding } from './baseline.ts'
import type { AuditInputs, Check } from './check.ts'
import { checks as allChecks } from './checks/checks.ts'
import {
  applyExceptions,
  checkExceptions,
  type Excepted,
  type Exception,
  unusedFinding,
} from './exceptions.ts'
import { type Finding, levels } from './finding.ts'
import { countInputs, type InputCounts } from './input-counts.ts'
import { type MetricReport, metricReports } from './metric-reports.ts'
import { type AuditInputOptions, readAuditInputs } from './read-audit-inputs.ts'

export interface AuditOptions extends AuditInputOptions {
  /** Findings that are accepted. @default [] */
  readonly exceptions?: readonly Exception[]
  /** The file that the exceptions stand in, for what is said about them. @default 'tidegauge-audit.yaml' */
  readonly exceptionsFile?: string
  /** Findings that are known already. @default none */
  readonly baseline?: Baseline
  /** @default all checks */
  readonly checks?: readonly Check[]
}

/** What an audit has found. */
export interface Audit {
  /** What is new, the most severe first. */
  readonly findings: readonly Finding[]
  /** What the baseline knows. */
  readonly known: readonly Finding[]
  /** What the baseline knows and is no longer found. */
  readonly gone: readonly KnownFinding[]
  readonly excepted: readonly Excepted[]
  /** What was audited, in numbers. */
  readonly inputs: InputCounts
  /** What could not be read or asked, a line each. */
  readonly problems: readonly string[]
  /** Every metric of the service, with where it is recorded, shown and watched. */
  readonly metrics: readonly MetricReport[]
}

/**
 * Audits metrics: whether what is declared, recorded, exposed, shown and watched fits together.
 *
 * What cannot be read is told in `problems`; everything else is audited all the same.
 *
 * @throws {UsageError} when an exception names a check that there is not.
 */
export async function runAudit(options: AuditOptions): Promise<Audit> {
  const { exceptions = [], exceptionsFile = 'tidegauge-audit.yaml', baseline, checks = allChecks } = options
  checkExceptions(exceptionsFile, exceptions, [...checks.map(({ name }) => name), 'exception-unused'])
  const { inputs, problems } = await readAuditInputs(options)
  const { findings, failures } = await runChecks(checks, inputs)
  const { kept, excepted, unused } = applyExceptions(findings, exceptions)
  // What was not read may well have what an exception is for; what was not even given makes that likely.
  const level = isEverythingGiven(inputs) ? 'warning' : 'info'
  const isWhole = problems.length === 0 && failures.length === 0
  const all = [...kept, ...(isWhole ? unused.map((one) => unusedFinding(exceptionsFile, one, level)) : [])]
  const compared = compareToBaseline(all.sort(inOrder), baseline ?? { version: 1, findings: [] })
  return {
    findings: compared.fresh,
    known: compared.known,
    gone: isWhole ? compared.gone : [],
    excepted,
    inputs: countInputs(inputs),
    problems: [...problems, ...failures],
    metrics: metricReports(inputs, all),
  }
}

/** A check that Prometheus refuses to answer is told as a failure; the others still count. */
async function runChecks(
  checks: readonly Check[],
  inputs: AuditInputs,
): Promise<{ findings: Finding[]; failures: string[] }> {
  const findings: Finding[] = []
  const failures = new Set<string>()
  for (const check of checks) {
    try {
      for (const finding of await check.run(inputs)) findings.push(asSentence(finding))
    } catch (error) {
      if (!isForeseen(error)) throw error
      failures.add(`${inputs.prometheus?.url ?? check.name}: ${check.name}: ${error.message}`)
    }
  }
  return { findings, failures: [...failures] }
}

function isEverythingGiven({ source, targets, dashboards, rules }: AuditInputs): boolean {
  return source !== undefined && [targets, dashboards, rules].every(({ length }) => length > 0)
}

function asSentence(finding: Finding): Finding {
  return /[.!?]$/.test(finding.reason) ? finding : { ...finding, reason: `${finding.reason}.` }
}

function inOrder(a: Finding, b: Finding): number {
  return (
    levels.indexOf(b.level) - levels.indexOf(a.level) ||
    compare(a.place.file, b.place.file) ||
    (a.place.line ?? 0) - (b.place.line ?? 0) ||
    compare(a.check, b.check) ||
    compare(a.subject, b.subject)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
