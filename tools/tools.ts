// `@tidegauge/tools`: what the commands do, as functions. Each loads what it takes when it is called.
import type { Audit, AuditOptions } from './audit/audit.ts'
import type { LoadedCatalog } from './catalog-file/loaded-catalog.ts'
import type { GenerateRequest, GenerateResult } from './generate/generate.ts'
import type { Rendered } from './render/render.ts'
import type { RenderFileOptions } from './render/render-file.ts'
import type { ConnectedPrometheus, PrometheusOptions } from './server/client.ts'
import type { UpdateFileOptions, UpdateFileResult } from './update/update-file.ts'

export { UsageError } from '@tidegauge/otel/usage-error'
export type { Audit, AuditOptions } from './audit/audit.ts'
export type { Exception } from './audit/exceptions.ts'
export type { Finding, Level } from './audit/finding.ts'
export type { MetricReport } from './audit/metric-reports.ts'
export type { LoadedCatalog } from './catalog-file/loaded-catalog.ts'
export type { GenerateRequest, GenerateResult } from './generate/generate.ts'
export type { Place } from './inputs/place.ts'
export type { Rendered } from './render/render.ts'
export type { RenderFileOptions } from './render/render-file.ts'
export type { ConnectedPrometheus, PrometheusOptions } from './server/client.ts'
export type { UpdateFileOptions, UpdateFileResult } from './update/update-file.ts'

/**
 * Audits metrics: whether what is declared, recorded, exposed, shown and watched fits together.
 *
 * @throws {UsageError} when an exception names a check that there is not. What cannot be read is in `problems`.
 */
export async function runAudit(options: AuditOptions): Promise<Audit> {
  return (await import('./audit/audit.ts')).runAudit(options)
}

/**
 * Loads a catalog, for `runAudit`: a module, YAML or JSON.
 *
 * @throws {UsageError} when it cannot be loaded.
 */
export async function loadCatalog(file: string): Promise<LoadedCatalog> {
  return (await import('./catalog-file/loaded-catalog.ts')).loadNamed(file, undefined)
}

/**
 * Writes dashboards, rules and documentation of a catalog, or with `check` says what differs.
 *
 * @throws {UsageError} when the catalog or the settings cannot be used, or a file cannot be written.
 */
export async function generate(request: GenerateRequest): Promise<GenerateResult> {
  return (await import('./generate/generate.ts')).generate(request)
}

/** Writes the reference of every metric of a catalog, a section a component, as Markdown. */
export async function metricsReference(components: LoadedCatalog['components']): Promise<string> {
  return (await import('./generate/reference.ts')).metricsReference(components)
}

/**
 * Adds to the file of a dashboard what it does not show, or says what there is to add.
 *
 * @throws {UsageError} when an input cannot be used. The file is as it was then.
 */
export async function updateDashboard(options: UpdateFileOptions): Promise<UpdateFileResult> {
  return (await import('./update/update-file.ts')).updateFile(options)
}

/**
 * Draws the dashboard of a file into a page, a picture or both.
 *
 * @throws {UsageError} for a file that is not a dashboard, a Prometheus that does not answer, a browser that is missing,
 * and a place that cannot be written to.
 */
export async function renderDashboard(options: RenderFileOptions): Promise<Rendered> {
  return (await import('./render/render-file.ts')).renderFile(options)
}

/**
 * Connects to a Prometheus, for `renderDashboard`.
 *
 * @throws {UsageError} when it does not answer.
 */
export async function connectPrometheus(options: PrometheusOptions): Promise<ConnectedPrometheus> {
  return (await import('./server/client.ts')).connectPrometheus(options)
}
