import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandProcess } from './command-process.ts'
import { readCorpus } from './corpus.ts'
import { hostileCase } from './hostile-case.ts'
import { judge, maxRssBytes } from './verdict.ts'

export interface CampaignOptions {
  readonly seed: string
  readonly rounds: number
  /** Characters of a file, more or less. */
  readonly maxLength: number
  /** Processes at a time. */
  readonly runners: number
}

export interface Outcome {
  /** What went wrong, with the command and the folder in which it does so again. */
  readonly faults: readonly string[]
  /** How many ended with each exit code. */
  readonly exitCodes: Readonly<Record<string, number>>
  readonly slowestMs: number
  readonly largestBytes: number
}

/** Gives mutated files to every command, each in a process that may be killed. */
export async function campaign({ seed, rounds, maxLength, runners }: CampaignOptions): Promise<Outcome> {
  const corpus = readCorpus()
  const base = mkdtempSync(join(tmpdir(), 'tidegauge-fuzz-'))
  const faults: string[] = []
  const exitCodes: Record<string, number> = {}
  let [next, slowestMs, largestBytes] = [0, 0, 0]

  async function work(): Promise<void> {
    await using runner = new CommandProcess(base)
    while (next < rounds) {
      const round = next++
      const folder = join(base, String(round))
      const { args, files, configuration } = hostileCase({ corpus, seed, round, maxLength })
      const write = () => {
        rmSync(folder, { recursive: true, force: true })
        mkdirSync(folder)
        for (const [path, bytes] of files) writeFileSync(join(folder, path), bytes)
      }
      write()
      const job = { folder, args, configuration }
      let ended = await runner.run(job)
      // What is left of the commands before weighs as well: alone in a process it may be less.
      if (judge(ended) !== undefined) {
        write()
        await runner.renew()
        ended = await runner.run(job)
      }
      const fault = judge(ended)
      if (typeof ended !== 'string') {
        exitCodes[ended.exitCode] = (exitCodes[ended.exitCode] ?? 0) + 1
        slowestMs = Math.max(slowestMs, Math.min(ended.cpuMs, ended.wallMs))
        largestBytes = Math.max(largestBytes, ended.maxRssBytes)
        if (ended.maxRssBytes > maxRssBytes / 2) await runner.renew()
      }
      if (fault === undefined) rmSync(folder, { recursive: true })
      else
        faults.push(
          `round ${round} of the seed ${seed}: ${fault}\n  in ${folder}: tidegauge ${args.join(' ')}`,
        )
    }
  }

  await Promise.all(Array.from({ length: runners }, work))
  if (faults.length === 0) rmSync(base, { recursive: true })
  return { faults, exitCodes, slowestMs, largestBytes }
}
