import type { Command, ExitCode } from '@tidegauge/tools/cli'

export interface ServeCommandOptions {
  /** The list of flags for the help. */
  readonly flags: () => string
  /** Runs the service until it is told to end. */
  readonly serve: (args: readonly string[]) => Promise<ExitCode>
}

/** `tidegauge serve`: everything in one process. */
export function serveCommand({ flags, serve }: ServeCommandOptions): Command {
  return {
    name: 'serve',
    summary: 'Run the whole sync service in one process.',
    synopsis: '[FLAGS]',
    details: flags,
    examples: [
      { type: 'tidegauge serve', toDo: 'Show living numbers on an embedded demo network.' },
      {
        type: 'tidegauge serve --relay https://relay1.us-east.bsky.network --collections app.bsky.feed.*',
        toDo: 'Keep posts, likes and reposts of the whole network.',
      },
      {
        type: 'tidegauge serve --relay https://pds.example.org --data /var/lib/tidegauge',
        toDo: 'Keep everything that one PDS hosts.',
      },
      {
        type: 'tidegauge serve --relay http://127.0.0.1:2583 --plc http://127.0.0.1:2582 --allow-loopback',
        toDo: 'Follow a PDS on this machine.',
      },
    ],
    run: (args) => serve(args),
  }
}
