import type { CommandEntry, Program } from './command.ts'

/** The commands of the tools, which every program offers that has them. */
export function toolCommands(program: Program): readonly CommandEntry[] {
  return [
    {
      name: 'config check',
      summary: 'Say what is wrong with an OpenTelemetry configuration file.',
      load: async () => (await import('./config.ts')).configCheckCommand(program),
    },
    {
      name: 'config print',
      summary: 'Show the effective configuration and where each value came from.',
      load: async () => (await import('./config.ts')).configPrintCommand(program),
    },
    {
      name: 'generate',
      summary: 'Write dashboards, alerts with their tests, runbooks and the reference of metrics.',
      load: async () => (await import('./generate.ts')).generateCommand(program),
    },
    {
      name: 'dashboards render',
      summary: 'Draw a Grafana dashboard with the data of a Prometheus, as one HTML page or a PNG.',
      load: async () => (await import('./dashboards-render.ts')).renderCommand(program),
    },
    {
      name: 'dashboards update',
      summary:
        'Add panels for the metrics that a Grafana dashboard does not show; the rest of it stays as it is.',
      load: async () => (await import('./dashboards-update.ts')).updateCommand(program),
    },
    {
      name: 'completion',
      summary: 'Write the script that lets bash, zsh or fish complete what is typed.',
      load: async (all) => (await import('./completion/completion.ts')).completionCommand(program, all),
    },
    {
      name: 'audit',
      summary: `Find what is wrong with metrics, dashboards and alerts, of ${program.own ? 'this service or of any other' : 'any service'}.`,
      load: async () => (await import('./audit.ts')).auditCommand(program),
    },
  ]
}
