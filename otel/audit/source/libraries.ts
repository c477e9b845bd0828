import type { MetricsLibrary } from './library.ts'
import { catalogLibrary, openTelemetry, promClient } from './library-javascript.ts'

/** The metrics libraries whose calls are known. */
export const libraries: readonly MetricsLibrary[] = [catalogLibrary, promClient, openTelemetry]
