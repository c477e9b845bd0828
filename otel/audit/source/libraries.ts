import type { MetricsLibrary } from './library.ts'
import { clientGolang } from './library-go.ts'
import { catalogLibrary, openTelemetry, promClient } from './library-javascript.ts'
import { prometheusClient } from './library-python.ts'
import { metricsCrate, prometheusCrate } from './library-rust.ts'

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
