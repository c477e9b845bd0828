import { UsageError } from '@tidegauge/otel/usage-error'
import type { Command } from './command.ts'
import { parseFlags } from './parse-flags.ts'

export interface GenerateRequest {
  readonly out: string
  readonly config: string | undefined
  readonly catalog: string | undefined
  readonly check: boolean
}

export interface GenerateResult {
  readonly files: number
  readonly drift: readonly {
    readonly path: string
    readonly how: 'missing' | 'different' | 'left over'
  }[]
}

export interface GenerateCommandOptions {
  readonly generate: (request: GenerateRequest) => Promise<GenerateResult>
}

/** `tidegauge generate`: dashboards, rules and documentation from a catalog. */
export function generateCommand({ generate }: GenerateCommandOptions): Command {
  return {
    name: 'generate',
    summary: 'Write dashboards, alerts with their tests, runbooks and the reference of metrics.',
    synopsis: '[FLAGS]',
    details: () => flagsHelp,
    examples: [
      { type: 'tidegauge generate --out monitoring', toDo: 'Write everything about tidegauge itself.' },
      {
        type: 'tidegauge generate --config monitoring.yaml --out monitoring --check',
        toDo: 'Exit code 1 when a file is not what catalog and configuration say.',
      },
      {
        type: 'tidegauge generate --catalog metrics.yaml --out monitoring',
        toDo: 'Do the same for another service.',
      },
    ],
    async run(args, { out, err }) {
      const request = readRequest(args)
      const { files, drift } = await generate(request)
      if (!request.check) {
        for (const { path, how } of drift) out(`${path} ${how === 'left over' ? 'removed' : 'written'}\n`)
        out(`${files} files in ${request.out}, ${drift.length} changed\n`)
        return 0
      }
      const again = ['tidegauge generate', ...args.filter((arg) => arg !== '--check').map(quoted)].join(' ')
      for (const { path, how } of drift) err(`${path} is ${how}; mend it with: ${again}\n`)
      return drift.length > 0 ? 1 : 0
    },
  }
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

const flagsHelp = `Flags:
  --out DIR       Folder to write to; dashboards/ and docs/ are made in it. The current one by default.
  --config FILE   YAML or JSON with what to change; see below.
  --catalog FILE  The metrics of another service: a module, YAML or JSON.
  --check         Write nothing; name each file that differs and exit with 1.

A configuration, all of it optional; dashboards and alerts follow alike:
  thresholds:
    firehose_lag_seconds: { warning: 30, critical: 300 }
  alerts:
    FirehoseDown: { for: 5m, severity: warning, labels: { team: ingest } }
    SearchSlow: { enabled: false }
  runbooks: https://wiki.example.org/runbooks
  jobs: [tidegauge]`

function readRequest(args: readonly string[]): GenerateRequest {
  const { out = '.', config, catalog, check = false } = parse(args)
  for (const [flag, value] of Object.entries({ out, config, catalog }))
    if (value === '') throw new UsageError(`--${flag} is empty; name a ${flag === 'out' ? 'folder' : 'file'}`)
  return { out, config, catalog, check }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  return parseFlags({
    command: 'generate',
    args: [...args],
    options: { out: text, config: text, catalog: text, check: { type: 'boolean' } },
  }).values
}
