import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

// Audits this repository by the command that a user types, and prints how long it takes from start to end.
const times = 5
const root = new URL('../..', import.meta.url).pathname
const inputs = ['--dashboards', 'dashboards/*.json', '--rules', 'dashboards/alerts/*.yaml']
const commands = [
  ['--catalog', 'tidegauge', ...inputs],
  ['--catalog', 'tidegauge', ...inputs, '--source', 'src', 'otel', 'tools'],
]

const run = promisify(execFile)
console.log('| tidegauge audit | fastest | median |\n| --- | --- | --- |')
for (const flags of commands) {
  const seconds: number[] = []
  for (let time = 0; time < times; time++) {
    const began = performance.now()
    await run(process.execPath, ['src/main.ts', 'audit', ...flags], { cwd: root })
    seconds.push((performance.now() - began) / 1000)
  }
  seconds.sort((a, b) => a - b)
  const [fastest = 0, median = 0] = [seconds[0], seconds[times >> 1]]
  console.log(`| \`${flags.join(' ')}\` | ${fastest.toFixed(1)} s | ${median.toFixed(1)} s |`)
}
