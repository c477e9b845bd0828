import type { Ended } from './runner.ts'

/** The longest that a command may work on any file, on the processor. */
export const maxCpuMs = 10_000

/** The most memory that its process may have. */
export const maxRssBytes = 1024 ** 3

/** What is wrong with how a command has ended; undefined when nothing is. */
export function judge(ended: Ended | string): string | undefined {
  if (typeof ended === 'string') return ended
  const { exitCode, err, cpuMs, wallMs, maxRssBytes: bytes } = ended
  if (![0, 1, 2].includes(exitCode)) return `it ended with ${exitCode}: ${err.slice(0, 2000)}`
  if (exitCode === 2 && err === '') return 'it ended with 2 and says nothing'
  const [odd] = err.split('\n').filter((line) => /\p{Cc}/u.test(line) || line.length > 10_000)
  if (odd !== undefined) return `no line for people: ${JSON.stringify(odd.slice(0, 300))}`
  const ms = Math.min(cpuMs, wallMs)
  if (ms > maxCpuMs) return `it took ${(ms / 1000).toFixed(1)} s`
  if (bytes > maxRssBytes) return `it took ${Math.round(bytes / 1024 ** 2)} MiB of memory`
  return undefined
}
