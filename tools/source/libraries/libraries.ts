import { catalogLibrary } from './catalog.ts'
import { clientGolang } from './client-golang.ts'
import type { MetricsLibrary } from './library.ts'
import { metricsCrate } from './metrics-crate.ts'
import { openTelemetry } from './open-telemetry.ts'
import { promClient } from './prom-client.ts'
import { prometheusClient } from './prometheus-client.ts'
import { prometheusCrate } from './prometheus-crate.ts'

/** The metrics libraries whose calls are known. */
export const libraries: readonly MetricsLibrary[] = [
  catalogLibrary,
  promClient,
  clientGolang,
  prometheusClient,
  prometheusCrate,
  metricsCrate,
  openTelemetry,
]
