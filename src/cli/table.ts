import { type CommandEntry, type Program, toolCommands } from '@tidegauge/tools/cli'

/** Every command of `tidegauge`: those of the service, and those of the tools with its catalog. */
export function commandsOf(program: Program): readonly CommandEntry[] {
  const ofService: readonly CommandEntry[] = [
    {
      name: 'serve',
      summary: 'Run the whole sync service in one process.',
      load: async () => (await import('./serve/serve.ts')).serveCommand(program),
    },
    {
      name: 'backfill',
      summary: 'Fetch the repos of the source whole, and watch how far it has come.',
      load: async () => (await import('./backfill.ts')).backfillCommand(program),
    },
    {
      name: 'sync',
      summary: 'Bring repos up to date, now.',
      load: async () => (await import('./sync.ts')).syncCommand(program),
    },
    {
      name: 'dead-letters',
      summary: 'List the repos and actions that were given up, or put them back.',
      load: async () => (await import('./dead-letters.ts')).deadLettersCommand(program),
    },
    {
      name: 'observe list',
      summary: 'List who observes what.',
      load: async () => (await import('./observe-list.ts')).observeListCommand(program),
    },
    {
      name: 'observe check',
      summary: 'Check a file of observers.',
      load: async () => (await import('./observe-check.ts')).observeCheckCommand(program),
    },
    {
      name: 'observe test',
      summary: 'Tell what observers would do about one event.',
      load: async () => (await import('./observe-test.ts')).observeTestCommand(program),
    },
    {
      name: 'observe replay',
      summary: 'Tell what would have come to observers of what is kept.',
      load: async () => (await import('./observe-replay.ts')).observeReplayCommand(program),
    },
    {
      name: 'repos',
      summary: 'List the repos that are kept, or show one.',
      load: async () => (await import('./repos.ts')).reposCommand(program),
    },
    {
      name: 'repos track',
      summary: 'Keep a repo, whatever else is kept, and fetch it whole.',
      load: async () => (await import('./repos-track.ts')).reposTrackCommand(program),
    },
    {
      name: 'repos untrack',
      summary: 'Remove a repo, and keep nothing of it from now on.',
      load: async () => (await import('./repos-track.ts')).reposUntrackCommand(program),
    },
    {
      name: 'records',
      summary: 'Show one record by its at:// URI.',
      load: async () => (await import('./records.ts')).recordsCommand(program),
    },
    {
      name: 'query',
      summary: 'List records by repo, collection, link or field.',
      load: async () => (await import('./query.ts')).queryCommand(program),
    },
    {
      name: 'search',
      summary: 'Find records that hold every word.',
      load: async () => (await import('./search.ts')).searchCommand(program),
    },
    {
      name: 'mcp',
      summary: 'Let a model ask the node, by the Model Context Protocol on stdin and stdout.',
      load: async () => (await import('./mcp.ts')).mcpCommand(program),
    },
    {
      name: 'config print',
      summary: 'Show the effective configuration and where each value came from.',
      load: async () => (await import('./config-print.ts')).configPrintCommand(program),
    },
  ]
  const isOurs = ({ name }: CommandEntry) => ofService.some((own) => own.name === name)
  return [...ofService, ...toolCommands(program).filter((entry) => !isOurs(entry))]
}
