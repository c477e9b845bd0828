import { access } from 'node:fs/promises'
import { readSettingsFile } from '@tidegauge/otel/settings-file'
import { z } from 'zod'
import { globExpression } from '../files/glob-pattern.ts'
import { compilePattern } from '../promql/pattern.ts'
import { durationMs } from '../rules/duration.ts'
import { levels } from './finding.ts'

export const formats = ['table', 'json', 'markdown', 'sarif'] as const

const list = z.union([z.string(), z.array(z.string())]).transform((one) => (Array.isArray(one) ? one : [one]))
const headers = z.record(z.string(), z.string())
const count = z.int().positive()
const duration = z
  .string()
  .transform((text) => durationMs(text) ?? Number.NaN)
  .refine((ms) => ms > 0, 'write a duration like 10s or 1m')

const glob = z
  .string()
  .refine(
    (text) => typeof compilePattern(globExpression(text)) !== 'string',
    'write a pattern of paths, such as src/**/*.ts',
  )

/** What an audit can be told, by flags and by its settings file alike. */
const schema = z.strictObject({
  scrape: z.union([z.string(), z.array(z.union([z.string(), z.array(z.string())]))]).optional(),
  scrapes: count.optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  header: headers.optional(),
  dashboards: list.optional(),
  rules: list.optional(),
  prometheus: z.url().optional(),
  'prometheus-header': headers.optional(),
  catalog: z.string().optional(),
  'generate-config': z.string().optional(),
  source: list.optional(),
  format: z.enum(formats).optional(),
  output: z.string().optional(),
  level: z.enum(levels).optional(),
  'fail-on': z.enum([...levels, 'none']).optional(),
  baseline: z.string().optional(),
  limits: z
    .strictObject({
      'series-warning': count.optional(),
      'series-error': count.optional(),
      'label-growth': count.optional(),
      'label-values': count.optional(),
    })
    .optional(),
  except: z
    .array(
      z.strictObject({
        check: z.string(),
        file: glob.optional(),
        subject: z.string().optional(),
        reason: z.string('say why it is accepted').trim().min(1, 'say why it is accepted'),
      }),
    )
    .max(1000, 'keep a thousand; a pattern stands for many')
    .optional(),
})

export type AuditSettings = z.output<typeof schema>

/** Read where it lies in the working directory and no other is named. */
export const defaultSettingsFile = 'tidegauge-audit.yaml'

/** @throws {UsageError} with one line for the first thing that is wrong. */
export async function readAuditSettings(file: string | undefined): Promise<AuditSettings> {
  if (file === undefined && !(await isThere(defaultSettingsFile))) return {}
  return readSettingsFile(file ?? defaultSettingsFile, schema)
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
