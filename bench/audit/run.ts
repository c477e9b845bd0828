import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Estate, writeEstate } from './estate.ts'

// Audits ever larger services, each in a process of its own, and prints a table of time and memory.
const sizes: readonly Estate[] = [
  { dashboards: 10, panels: 30, ruleFiles: 2, alerts: 20, series: 2000 },
  { dashboards: 100, panels: 30, ruleFiles: 10, alerts: 20, series: 20_000 },
  { dashboards: 500, panels: 30, ruleFiles: 50, alerts: 20, series: 100_000 },
]

const run = promisify(execFile)
const audited = new URL('audited.ts', import.meta.url).pathname

console.log(
  '| dashboards × panels | alerts | series | time | CPU | memory |\n| --- | --- | --- | --- | --- | --- |',
)
for (const size of sizes) {
  const dir = await mkdtemp(join(tmpdir(), 'tidegauge-audit-'))
  try {
    await writeEstate(dir, size)
    const options = {
      scrape: [join(dir, 'scrape.txt')],
      dashboards: [join(dir, 'dashboard-*.json')],
      rules: [join(dir, 'rules-*.yaml')],
    }
    const { stdout } = await run(process.execPath, [audited, JSON.stringify(options)], {
      maxBuffer: 1e8,
    })
    const { seconds, cpuSeconds, megabytes, problems, inputs } = JSON.parse(stdout)
    if (problems.length > 0) throw new Error(problems.join('\n'))
    console.log(
      `| ${size.dashboards} × ${size.panels} | ${inputs.alerts} | ${inputs.targets[0].series} | ${seconds.toFixed(1)} s | ${cpuSeconds.toFixed(1)} s | ${Math.round(megabytes)} MB |`,
    )
  } finally {
    await rm(dir, { recursive: true })
  }
}
