import { UsageError } from '@tidegauge/otel/usage-error'
import type { Command, ExitCode, Terminal } from './command.ts'

export interface ConfigCommandsOptions {
  /** Says what is wrong with a configuration file, without starting anything. @throws an error of type `usage` */
  readonly check: (file: string, terminal: Terminal) => Promise<ExitCode>
  /** Shows the effective configuration and where each value came from. */
  readonly print: (args: readonly string[], terminal: Terminal) => Promise<ExitCode>
}

/** `tidegauge config check FILE` and `tidegauge config print`. */
export function configCommands({ check, print }: ConfigCommandsOptions): readonly Command[] {
  return [
    {
      name: 'config check',
      summary: 'Say what is wrong with an OpenTelemetry configuration file.',
      synopsis: 'FILE',
      examples: [
        { type: 'tidegauge config check otel.yaml', toDo: 'Exit code 0: it can be used; 2: it cannot.' },
      ],
      async run(args, terminal) {
        const [file, ...more] = args
        if (file === undefined || more.length > 0 || file.startsWith('-'))
          throw new UsageError('config check takes one file: tidegauge config check FILE')
        return check(file, terminal)
      },
    },
    {
      name: 'config print',
      summary: 'Show the effective configuration and where each value came from.',
      synopsis: '[FLAGS OF serve]',
      examples: [
        { type: 'tidegauge config print --port 8080', toDo: 'Show what serve --port 8080 would run with.' },
      ],
      run: print,
    },
  ]
}
