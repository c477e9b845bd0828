import { isLoopback } from '@tidegauge/otel/loopback'
import type { Command, Program, Terminal } from '@tidegauge/tools/cli'
import type { Config } from '../../config.ts'
import type { ObserversConfig } from '../../flow/observers/definition.ts'
import { createLog } from '../../model/log.ts'
import type { Addresses } from '../../serve.ts'
import { writeNodeFile } from '../node/node-file.ts'
import { configHelp, flags, loadConfig, metricsFlags, shownConfig } from './load-config.ts'

/** `serve`: everything in one process. */
export function serveCommand(program: Program): Command {
  return {
    synopsis: '[FLAGS]',
    flags,
    details: configHelp,
    examples: [
      { type: 'serve', toDo: 'Show live metrics of an embedded demo network.' },
      {
        type: 'serve --relay https://relay1.us-east.bsky.network --collections app.bsky.feed.*',
        toDo: 'Keep posts, likes and reposts of the whole network.',
      },
      {
        type: 'serve --relay https://pds.example.org --data /var/lib/tidegauge',
        toDo: 'Keep everything that one PDS hosts.',
      },
      {
        type: 'serve --relay http://127.0.0.1:2583 --plc http://127.0.0.1:2582 --allow-loopback',
        toDo: 'Follow a PDS on this machine.',
      },
    ],
    async run(args, terminal) {
      const started = loadConfig(args)
      // Loaded here, so that the help of this command costs nothing.
      const { changeableSettings, withKept } = await import('./kept.ts')
      const loaded = await withKept(started)
      const { config } = loaded
      let level = config.logLevel
      const log = createLog({ level: () => level, write: terminal.err })
      for (const { key, replaces } of loaded.kept)
        log[replaces === 'default' ? 'info' : 'warn'](
          'a setting is what PATCH /config has kept; null, sent with persist=true, drops it',
          { setting: key, file: loaded.origins[key], replaces },
        )
      if (config.token === undefined && !isLoopback(config.host))
        log.warn(
          'everybody who reaches this machine may use the API, to remove repos too: set TIDEGAUGE_TOKEN',
          {
            host: config.host,
          },
        )
      const observers = config.observers === undefined ? undefined : await loadObservers(config.observers)
      await using stack = new AsyncDisposableStack()
      const { serve } = await import('../../serve.ts')
      await serve({
        config,
        service: program,
        metrics: metricsFlags(loaded),
        shownConfig: shownConfig(loaded),
        changeable: { current: changeableSettings(loaded), started: changeableSettings(started) },
        setLogLevel: (next) => {
          level = next
        },
        ...(observers && { observers }),
        log,
        signal: stopOnSignals(),
        onListening: async (addresses) => {
          stack.use(await writeNodeFile(config.data, { ...addresses, version: program.version }))
          greet(terminal, { program, config, addresses })
        },
      })
      return 0
    },
  }
}

/** Loaded where there are any: their patterns and schemas take a while to load. */
async function loadObservers(path: string): Promise<ObserversConfig> {
  const { readObservers } = await import('../observers-file.ts')
  return readObservers(path)
}

/** Aborts at the first SIGTERM or SIGINT. Whoever asks twice, or waits for ten seconds, is not kept waiting. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(1)
    stop.abort()
    setTimeout(() => process.exit(1), 10_000).unref()
  }
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
  return stop.signal
}

interface Greeting {
  readonly program: Program
  readonly config: Config
  readonly addresses: Addresses
}

function greet(terminal: Terminal, { program, config, addresses }: Greeting): void {
  const { relay, data, demoRate } = config
  const source =
    relay?.origin ??
    `an embedded demo network, ${demoRate} events per second (--relay URL follows a real one)`
  terminal.out(`${program.name} ${program.version} follows ${source}
  API      ${addresses.api.origin}
  metrics  ${addresses.metrics ?? 'are not served here (OTEL_METRICS_EXPORTER has no prometheus)'}
  data     ${data}
`)
}
