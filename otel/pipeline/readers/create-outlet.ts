import { ConsoleMetricExporter } from '@opentelemetry/sdk-metrics'
import type { PeriodicConfig, PushDefaults } from '../../configuration/schema-readers.ts'
import { importOptional } from '../../optional-package.ts'
import type { Outlet, OutletOptions } from './outlet.ts'
import { selectTemporality } from './preferences.ts'

/**
 * Makes the exporter of a periodic reader. Its settings are all given, so that it does not look into the environment.
 * What it needs is loaded here, so that nobody pays for a protocol that is not spoken.
 *
 * @throws {MissingPackageError} when an optional peer is not installed.
 * @throws {Error} when a certificate or key cannot be read.
 */
export async function createOutlet({ exporter }: PeriodicConfig, options: OutletOptions): Promise<Outlet> {
  if (exporter.otlp_http) {
    const { httpOutlet } = await import('./otlp-http.ts')
    return httpOutlet(exporter.otlp_http, options)
  }
  if (exporter.otlp_grpc) {
    const { grpcOutlet } = await importOptional('@grpc/grpc-js', 'otlp_grpc', () => import('./otlp-grpc.ts'))
    return grpcOutlet(exporter.otlp_grpc, options)
  }
  const temporalitySelector = selectTemporality(exporter.console as PushDefaults)
  return {
    exporter: new ConsoleMetricExporter({ temporalitySelector }),
    name: 'console',
    target: 'the console',
    observeWith: () => {},
    drop: () => {},
  }
}
