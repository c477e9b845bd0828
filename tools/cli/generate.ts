import type { generate as Generate, GenerateRequest } from '../generate/generate.ts'
import type { Command, Program } from './command.ts'
import { type Flag, flagsHelp, readFlags, toggle } from './flags.ts'
import { text } from './values.ts'

/** `generate`: dashboards, rules and documentation from a catalog. */
export function generateCommand(
  { name, own }: Program,
  generate: typeof Generate = async (request) => (await import('../generate/generate.ts')).generate(request),
): Command {
  return {
    synopsis: '[FLAGS]',
    flags,
    json: '`{"files", "changed": [{"path", "how"}]}`.',
    details: () => `${flagsHelp(flags)}\n\n${configuration}`,
    examples: [
      ...(own
        ? [{ type: 'generate --out monitoring', toDo: `Write everything about ${own.name} itself.` }]
        : []),
      {
        type: 'generate --catalog metrics.yaml --out monitoring',
        toDo: `Write everything about ${own ? 'another' : 'a'} service.`,
      },
      {
        type: 'generate --catalog metrics.yaml --config monitoring.yaml --out monitoring --check',
        toDo: 'Exit code 1 when a file is not what catalog and configuration say.',
      },
    ],
    async run(args, { out, err }) {
      const { json, ...request } = readRequest(args, name)
      const { files, drift } = await generate({ ...request, own })
      if (json) {
        out(`${JSON.stringify({ files, changed: drift })}\n`)
        return request.check && drift.length > 0 ? 1 : 0
      }
      if (!request.check) {
        for (const { path, how } of drift) out(`${path} ${how === 'left over' ? 'removed' : 'written'}\n`)
        out(`${files} files in ${request.out}, ${drift.length} changed\n`)
        return 0
      }
      const again = [`${name} generate`, ...args.filter((arg) => arg !== '--check').map(quoted)].join(' ')
      for (const { path, how } of drift) err(`${path} is ${how}; mend it with: ${again}\n`)
      return drift.length > 0 ? 1 : 0
    },
  }
}

const flags = {
  out: {
    argument: 'DIR',
    help: 'Folder to write to; dashboards/ and docs/ are made in it. [the current one]',
    read: text,
  },
  config: { argument: 'FILE', help: 'YAML or JSON with what to change; see below.', read: text },
  catalog: {
    argument: 'FILE',
    help: 'The metrics of another service: a module, YAML or JSON.',
    read: text,
  },
  json: toggle('Prints what was done as JSON, for programs.'),
  check: toggle('Write nothing; name each file that differs and exit with 1.'),
} as const satisfies Record<string, Flag>

const configuration = `A configuration, all of it optional; dashboards and alerts follow alike:
  thresholds:
    firehose_lag_seconds: { warning: 30, critical: 300 }
  alerts:
    FirehoseDown: { for: 5m, severity: warning, labels: { team: ingest } }
    SearchSlow: { enabled: false }
  runbooks: https://wiki.example.org/runbooks
  jobs: [tidegauge]`

function readRequest(args: readonly string[], program: string): GenerateRequest & { readonly json: boolean } {
  const { values } = readFlags({ command: `${program} generate`, flags, args })
  const { out = '.', config, catalog, check = false, json = false } = values
  return { out, config, catalog, check, json }
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
