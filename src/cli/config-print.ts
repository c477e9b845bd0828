import { processEnvironment } from '@tidegauge/otel/environment'
import type { Command, Program } from '@tidegauge/tools/cli'
import { loadConfig, metricsFlags, shownConfig } from './serve/load-config.ts'

/** `config print`: the settings of the service, and what the pipeline makes of its own. */
export function configPrintCommand({ name, version }: Program): Command {
  return {
    synopsis: '[FLAGS OF serve]',
    examples: [{ type: 'config print --port 8080', toDo: 'Show what serve --port 8080 would run with.' }],
    async run(args, { out }) {
      const { withKept } = await import('./serve/kept.ts')
      const loaded = await withKept(loadConfig(args))
      const { formatSettings, printConfig } = await import('@tidegauge/otel/configuration')
      const ours = Object.entries(shownConfig(loaded)).map(([key, { value, origin }]) => ({
        key,
        value: typeof value === 'object' ? JSON.stringify(value) : String(value),
        origin,
      }))
      out(formatSettings(ours))
      const environment = processEnvironment()
      out(await printConfig({ service: { name, version }, environment, flags: metricsFlags(loaded) }))
      return 0
    },
  }
}
