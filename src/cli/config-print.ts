import { processEnvironment } from '@tidegauge/otel/environment'
import { type Command, type Program, toggle } from '@tidegauge/tools/cli'
import { servedHistory } from '../compose/served-history.ts'
import { loadConfig, metricsFlags, flags as serveFlags, shownConfig } from './serve/load-config.ts'

/** `config print`: the settings of the service, and what the pipeline makes of its own. */
export function configPrintCommand({ name, version }: Program): Command {
  return {
    synopsis: '[FLAGS OF serve] [--json]',
    flags: { ...serveFlags, json: toggle('Prints it as JSON, for programs.') },
    json: '`Config`, as `GET /config` answers it.',
    details: () =>
      'It takes every flag of serve, and tells what would hold with it; what PATCH /config has kept wins. --json prints it for programs.',
    examples: [{ type: 'config print --port 8080', toDo: 'Show what serve --port 8080 would run with.' }],
    async run(typed, { out }) {
      const json = typed.includes('--json')
      const args = typed.filter((word) => word !== '--json')
      const { withKept } = await import('./serve/kept.ts')
      const loaded = await withKept(loadConfig(args))
      const { effectiveSettings, formatSettings } = await import('@tidegauge/otel/configuration')
      const environment = processEnvironment()
      const telemetry = await effectiveSettings({
        service: { name, version },
        environment,
        flags: metricsFlags(loaded),
        history: servedHistory(loaded.config),
      })
      if (json) {
        out(`${JSON.stringify({ service: shownConfig(loaded), telemetry })}\n`)
        return 0
      }
      const ours = Object.entries(shownConfig(loaded)).map(([key, { value, origin }]) => ({
        key,
        value: typeof value === 'object' ? JSON.stringify(value) : String(value),
        origin,
      }))
      out(formatSettings(ours) + formatSettings(telemetry))
      return 0
    },
  }
}
