import { z } from 'zod'
import type { ComponentCatalog } from '../catalog/catalog.ts'
import { nearest } from '../promql/nearest.ts'
import { InputError } from '../settings-file/input-error.ts'
import { readSettingsFile } from '../settings-file/settings-file.ts'
import { publicName } from './render-query.ts'
import { defaultSettings, type GenerateSettings } from './settings.ts'

const duration = z.string().regex(/^(\d+(ms|[smhdwy]))+$/, 'write a duration as Prometheus does, such as 5m')

const schema = z.strictObject({
  thresholds: z
    .record(z.string(), z.strictObject({ warning: z.number().optional(), critical: z.number().optional() }))
    .default({}),
  alerts: z
    .record(
      z.string(),
      z.strictObject({
        enabled: z.boolean().optional(),
        for: duration.optional(),
        severity: z.enum(['critical', 'warning', 'info']).optional(),
        labels: z.record(z.string(), z.string()).optional(),
      }),
    )
    .default({}),
  runbooks: z.string().min(1).default(defaultSettings.runbooks),
  jobs: z
    .array(z.string().min(1))
    .min(1)
    .default([...defaultSettings.jobs]),
})

/**
 * Reads what a user changes about dashboards and rules.
 *
 * @throws {InputError} when a key is unknown, a metric or an alert does not exist, or a metric has no such threshold.
 */
export async function readGenerateSettings(
  file: string,
  components: readonly ComponentCatalog[],
): Promise<GenerateSettings> {
  const settings = (await readSettingsFile(file, schema)) as GenerateSettings
  const declared = components.flatMap(({ metrics, recordings }) => [...metrics, ...recordings])
  const byName = new Map(declared.map((one) => [publicName(one), one]))
  const refuse = (problem: string) => {
    throw new InputError(`${file}: ${problem}`)
  }
  for (const [name, set] of Object.entries(settings.thresholds)) {
    const of = byName.get(name)
    if (of === undefined)
      return refuse(`thresholds.${name}: there is no such metric${hint(name, byName.keys())}`)
    for (const level of Object.keys(set) as (keyof typeof set)[]) {
      if (of.thresholds?.[level] === undefined)
        return refuse(`thresholds.${name}.${level}: nothing depends on it; ${havingThresholds(byName)}`)
    }
    const { warning, critical, bad = 'above' } = { ...of.thresholds, ...set }
    if (warning !== undefined && critical !== undefined && (bad === 'above') === warning > critical)
      return refuse(
        `thresholds.${name}: warning (${warning}) comes ${bad === 'above' ? 'above' : 'below'} critical (${critical}); swap them`,
      )
  }
  const alerts = components.flatMap((component) => component.alerts.map(({ alert }) => alert))
  for (const name of Object.keys(settings.alerts))
    if (!alerts.includes(name)) return refuse(`alerts.${name}: there is no such alert${hint(name, alerts)}`)
  return settings
}

function hint(name: string, names: Iterable<string>): string {
  const near = nearest(name, names)
  return near === undefined ? '; docs/metrics.md lists all' : ` (did you mean ${near}?)`
}

function havingThresholds(byName: ReadonlyMap<string, { thresholds?: object | undefined }>): string {
  const names = [...byName].filter(([, { thresholds }]) => thresholds !== undefined).map(([name]) => name)
  return `thresholds belong to ${names.join(', ') || 'no metric of this catalog'}`
}
