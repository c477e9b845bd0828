import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Prints the CPU time of many measurements with and without a history, in turns. */
export function measureCost(operations: number, rounds: number): void {
  const times = { off: [] as number[], on: [] as number[] }
  for (let round = 0; round < rounds; round++)
    for (const setup of ['off', 'on'] as const) times[setup].push(cpuOf(setup, operations))
  const [off, on] = [times.off, times.on].map((all) => Math.min(...all)) as [number, number]
  console.log(`\n| ${operations.toLocaleString('en')} operations | CPU, ms |`)
  console.log('| --- | ---: |')
  console.log(`| without a history | ${off.toFixed(0)} |`)
  console.log(`| with one, a row each 10 s, one a minute written | ${on.toFixed(0)} |`)
  console.log(`| cost | ${((100 * (on - off)) / off).toFixed(1)} % |`)
}

/** In a process of its own. @returns ms */
function cpuOf(setup: string, operations: number): number {
  const script = fileURLToPath(new URL('operations.ts', import.meta.url))
  return Number(execFileSync(process.execPath, [script, setup, String(operations)], { encoding: 'utf8' }))
}
