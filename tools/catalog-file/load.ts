import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Component, ComponentCatalog } from '@tidegauge/otel/catalog'
import { readSettingsFile } from '@tidegauge/otel/settings-file'
import { readTextFile } from '@tidegauge/otel/text-file'
import { UsageError } from '@tidegauge/otel/usage-error'
import { resolveCatalog } from './resolve.ts'
import { writtenCatalog } from './schema.ts'

/**
 * Loads the catalog of a service: a module (`.ts`, `.js`, `.mjs`) whose exports are components, lists of them, or metrics,
 * recordings, panels and alerts, or a YAML or JSON file with `components` or `metrics`.
 *
 * @throws {UsageError} when the file cannot be loaded or declares no metric.
 */
export async function loadCatalog(file: string): Promise<readonly ComponentCatalog[]> {
  const components = /\.[cm]?[jt]s$/.test(file) ? await fromModule(file) : await fromData(file)
  if (components.some(({ metrics }) => metrics.length > 0)) return components
  throw new UsageError(
    `${file}: it declares no metric; export metric definitions, or write "metrics:" or "components:"`,
  )
}

const fileSchema = writtenCatalog.transform((written, { addIssue }) =>
  resolveCatalog(written, (path, fault) =>
    addIssue({ code: 'custom', path: [...path], params: { ...fault } }),
  ),
)

async function fromData(file: string): Promise<readonly ComponentCatalog[]> {
  const { components, metrics } = await readSettingsFile(file, fileSchema)
  return metrics.length > 0 ? [{ ...unnamed, metrics }, ...components] : components
}

async function fromModule(file: string): Promise<readonly ComponentCatalog[]> {
  // Says what keeps it from being read better than `import` does.
  await readTextFile(file)
  let exported: Readonly<Record<string, unknown>>
  try {
    exported = await import(pathToFileURL(resolve(file)).href)
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new UsageError(`${file}: it cannot be loaded: ${said}`, { cause })
  }
  const values = Object.values(exported).flatMap((value): readonly unknown[] =>
    Array.isArray(value) ? value : [value],
  )
  const components = [...new Set(values.filter(isComponent))].map((component) => ({
    ...nothing,
    ...component,
  }))
  const loose = looseDeclarations(values, components)
  return loose === undefined ? components : [loose, ...components]
}

/** What a module exports beside components, as the files of our own catalog do, is a component of its own. */
function looseDeclarations(
  values: readonly unknown[],
  components: readonly ComponentCatalog[],
): ComponentCatalog | undefined {
  const inComponents = new Set<unknown>(
    components.flatMap((one) => declarationKinds.flatMap(({ of }): readonly unknown[] => one[of])),
  )
  const left = [...new Set(values)].filter((value) => isObject(value) && !inComponents.has(value))
  const found = declarationKinds.map(({ of, key }) => [
    of,
    left.filter((value) => isObject(value) && key in value),
  ])
  if (found.every(([, list]) => list?.length === 0)) return undefined
  const title = left.find((value) => isObject(value) && 'title' in value && !('metrics' in value))
  return { ...unnamed, ...(title as Component | undefined), ...Object.fromEntries(found) }
}

/** The lists of a component, each with the field that tells its declarations from others. */
const declarationKinds = [
  { of: 'metrics', key: 'instrument' },
  { of: 'recordings', key: 'record' },
  { of: 'panels', key: 'panel' },
  { of: 'alerts', key: 'alert' },
] as const

const nothing = { description: '', recordings: [], panels: [], alerts: [] }

const unnamed: ComponentCatalog = {
  name: 'service',
  title: 'Service',
  description: 'The metrics of the service.',
  metrics: [],
  recordings: [],
  panels: [],
  alerts: [],
}

function isComponent(value: unknown): value is ComponentCatalog {
  return isObject(value) && Array.isArray(value.metrics) && typeof value.title === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
