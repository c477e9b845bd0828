import { readFileSync } from 'node:fs'

/** What a Dockerfile says, stage by stage. */
export interface Stage {
  readonly image: string
  readonly name: string | undefined
  readonly instructions: readonly Instruction[]
}

export interface Instruction {
  /** `RUN`, `COPY`, … */
  readonly word: string
  /** What follows it, on one line. */
  readonly text: string
}

/** Reads the instructions of a Dockerfile, without comments, continued lines joined. */
export function readDockerfile(file: string | URL): Stage[] {
  const text = readFileSync(file, 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = []
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    if (word === 'FROM') {
      const [, image = '', name] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(rest) ?? []
      stages.push({ image, name, instructions: [] })
    } else stages.at(-1)?.instructions.push({ word, text: rest })
  }
  return stages
}

/** The variables that its ENV instructions set. */
export function environmentOf({ instructions }: Stage): Record<string, string> {
  const settings = instructions
    .filter(({ word }) => word === 'ENV')
    .flatMap(({ text }) => text.trim().split(/\s+/))
  return Object.fromEntries(settings.map((setting) => setting.split('=') as [string, string]))
}

/** The words of an instruction in exec form, such as `["node", "main.js"]`. */
export function listOf({ instructions }: Stage, word: string): string[] {
  const text = instructions.find((instruction) => instruction.word === word)?.text ?? '[]'
  return JSON.parse(text.slice(text.indexOf('[')))
}
