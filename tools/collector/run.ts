import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { build } from './build.ts'
import { findCollector } from './find.ts'

/** A backend that says "too many requests" is asked again later; without this its data would be dropped. */
export const featureGates = ['exporter.prometheusremotewritexporter.RetryOn429']

// Arguments are handed on to the Collector: `npm run collector -- --config otel/config/collector/file.yaml`.
if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { cache: { type: 'string' }, config: { type: 'string', multiple: true, default: [] } },
    allowPositionals: true,
  })
  const onBuild = () => console.error('Building the Collector; this takes some minutes the first time …')
  const path =
    (await findCollector()) ?? (await build(['otelcol'], { cacheDir: values.cache, onBuild })).otelcol
  const configs = ['collector-config.yaml', ...values.config].flatMap((file) => ['--config', file])
  const gates = `--feature-gates=${featureGates.join()}`
  const collector = spawn(path, [gates, ...configs, ...positionals], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => collector.kill(signal))
  collector.on('exit', (code) => process.exit(code ?? 1))
}
