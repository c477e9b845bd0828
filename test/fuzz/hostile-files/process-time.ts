import { readFileSync } from 'node:fs'

/** Time that a process has had on the processor; 0 where the system does not tell it as Linux does. */
export function cpuMsOf(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name of the process, in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * tickMs
  } catch {
    return 0
  }
}

/** Linux tells programs a hundred ticks a second, whatever its own clock does. */
const tickMs = 10
