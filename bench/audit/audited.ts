import { runAudit } from '../../tools/audit/audit.ts'
import { tableReport } from '../../tools/audit/report/table.ts'

/** Runs one audit in a process of its own, so that time and memory are those of a user; the answer is one line of JSON. */
const [options = '{}'] = process.argv.slice(2)
const began = performance.now()
const audit = await runAudit(JSON.parse(options))
tableReport(audit)
process.stdout.write(
  JSON.stringify({
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (process.resourceUsage().userCPUTime + process.resourceUsage().systemCPUTime) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
    findings: audit.findings.length,
    problems: audit.problems,
    inputs: audit.inputs,
  }),
)
