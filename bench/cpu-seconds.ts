import { readFileSync } from 'node:fs'

/** What a running process has used so far: the 14th and 15th field, in ticks (proc_pid_stat(5)). */
export function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}
