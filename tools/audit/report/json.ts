import type { Audit } from '../audit.ts'
import { type Finding, levels } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'
import { coverageOf, type MetricReport } from '../metric-reports.ts'

/** The report for programs. Its shape is documented; `version` rises when a field changes or goes. */
export function jsonReport(audit: Audit, tool: { readonly version: string }): string {
  const { findings, known, gone, excepted, inputs, problems, metrics } = audit
  const count = (level: string) => findings.filter((finding) => finding.level === level).length
  const report = {
    version: 2,
    tool: { name: 'tidegauge', version: tool.version },
    inputs,
    problems,
    summary: Object.fromEntries(levels.toReversed().map((level) => [level, count(level)])),
    coverage: coverageOf(metrics, inputs),
    findings: findings.map(withFingerprint),
    known: known.map(withFingerprint),
    gone,
    excepted: excepted.map(({ finding, exception }) => ({
      ...withFingerprint(finding),
      exception: exception.reason,
    })),
    metrics: metrics.map(metricFields),
  }
  return `${JSON.stringify(report, undefined, 2)}\n`
}

function withFingerprint(finding: Finding) {
  return { ...finding, fingerprint: fingerprint(finding) }
}

function metricFields({ recordings, findings, ...fields }: MetricReport) {
  return {
    ...fields,
    recordings: recordings?.map(({ file, line, by }) => ({ file, line, by })),
    findings: findings.map(fingerprint),
  }
}
