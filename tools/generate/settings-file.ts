import type { ComponentCatalog } from '@tidegauge/otel/catalog'
import { nearest } from '@tidegauge/otel/nearest'
import { readSettingsFile } from '@tidegauge/otel/settings-file'
import { z } from 'zod'
import { defaultSettings, type GenerateSettings } from '../catalog-file/overrides.ts'
import { publicName } from '../catalog-file/render-query.ts'

const duration = z.string().regex(/^(\d+(ms|[smhdwy]))+$/, 'write a duration as Prometheus does, such as 5m')

const labelName = z.string().regex(/^[a-zA-Z_]\w*$/, 'write the name of a label, such as team')

const bounds = z.strictObject({ warning: z.number().optional(), critical: z.number().optional() })

const alertSettings = z.strictObject({
  enabled: z.boolean().optional(),
  for: duration.optional(),
  severity: z.enum(['critical', 'warning', 'info']).optional(),
  labels: z.record(labelName, z.string()).optional(),
})

/**
 * Reads what a user changes about dashboards and rules.
 *
 * @throws {UsageError} when a key is unknown, a metric or an alert does not exist, or a metric has no such threshold.
 */
export async function readGenerateSettings(
  file: string,
  components: readonly ComponentCatalog[],
): Promise<GenerateSettings> {
  return (await readSettingsFile(file, settingsSchema(components))) as GenerateSettings
}

/** What a file may say depends on the catalog: which metrics have thresholds, which alerts there are. */
function settingsSchema(components: readonly ComponentCatalog[]) {
  const declared = components.flatMap(({ metrics, recordings }) => [...metrics, ...recordings])
  const byName = new Map(declared.map((one) => [publicName(one), one]))
  const alerts = new Set(components.flatMap((component) => component.alerts.map(({ alert }) => alert)))
  return z.strictObject({
    thresholds: z
      .record(z.string(), bounds)
      .default({})
      .superRefine((thresholds, { addIssue }) => {
        for (const [name, set] of Object.entries(thresholds)) {
          const refuse = (problem: string, mend: () => string, ...path: string[]) =>
            addIssue({ code: 'custom', path: [name, ...path], params: { problem, mend } })
          const of = byName.get(name)
          if (of === undefined) {
            refuse('is not a metric of the catalog', () => instead(name, byName.keys()))
            continue
          }
          for (const level of ['warning', 'critical'] as const)
            if (set[level] !== undefined && of.thresholds?.[level] === undefined)
              refuse('changes nothing', () => havingThresholds(byName), level)
          const { warning, critical, bad = 'above' } = { ...of.thresholds, ...set }
          if (warning !== undefined && critical !== undefined && (bad === 'above') === warning > critical)
            refuse(
              `has the warning (${warning}) ${bad === 'above' ? 'above' : 'below'} the critical bound (${critical})`,
              () => 'swap them',
            )
        }
      }),
    alerts: z
      .record(z.string(), alertSettings)
      .default({})
      .superRefine((settings, { addIssue }) => {
        for (const name of Object.keys(settings))
          if (!alerts.has(name))
            addIssue({
              code: 'custom',
              path: [name],
              params: { problem: 'is not an alert of the catalog', mend: () => instead(name, alerts) },
            })
      }),
    runbooks: z.string().min(1).default(defaultSettings.runbooks),
    jobs: z
      .array(z.string().min(1))
      .min(1)
      .default([...defaultSettings.jobs]),
  })
}

function instead(name: string, names: Iterable<string>): string {
  const near = nearest(name, names)
  return near === undefined ? 'see docs/metrics.md for all' : `did you mean ${near}?`
}

function havingThresholds(byName: ReadonlyMap<string, { thresholds?: object | undefined }>): string {
  const names = [...byName].filter(([, { thresholds }]) => thresholds !== undefined).map(([name]) => name)
  if (names.length === 0) return 'remove it; no metric of this catalog has bounds'
  return names.length > 8 ? 'docs/metrics.md tells which have bounds' : `set one of ${names.join(', ')}`
}
