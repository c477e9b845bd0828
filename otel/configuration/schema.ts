import { z } from 'zod'
import { readerSchema } from './schema-readers.ts'
import { object, optional, refused, section, setting, single } from './schema-rules.ts'
import { tidegaugeSchema } from './schema-tidegauge.ts'
import { includeExclude, viewSchema } from './schema-views.ts'

const detector = single({
  host: optional(object({})),
  process: optional(object({})),
  service: optional(object({})),
  container: refused('is not available here', 'name the container in resource.attributes'),
})

const attributeTypes = [
  'string',
  'bool',
  'int',
  'double',
  'string_array',
  'bool_array',
  'int_array',
  'double_array',
] as const

const resourceSchema = section({
  attributes: z
    .array(
      object({
        name: z.string().min(1),
        value: z.union([
          z.string(),
          z.number(),
          z.boolean(),
          z.null(),
          z.array(z.union([z.string(), z.number(), z.boolean()])),
        ]),
        type: setting(z.enum(attributeTypes), 'string'),
      }),
    )
    .optional(),
  attributes_list: optional(z.string()),
  schema_url: optional(z.string()),
  'detection/development': optional(
    object({ attributes: includeExclude, detectors: z.array(detector).min(1).optional() }),
  ),
})

const meterConfig = object({ enabled: setting(z.boolean(), true) })

const meterProviderSchema = object({
  readers: z.array(readerSchema).min(1),
  views: z.array(viewSchema).min(1).optional(),
  exemplar_filter: setting(z.enum(['trace_based', 'always_on', 'always_off']), 'trace_based'),
  'meter_configurator/development': optional(
    object({
      default_config: optional(meterConfig),
      meters: z
        .array(object({ name: z.string(), config: meterConfig }))
        .min(1)
        .optional(),
    }),
  ),
})

/** Sections of the standard file that say nothing about metrics: left to the tools that share the file. */
export const otherSections = [
  'attribute_limits',
  'logger_provider',
  'propagator',
  'tracer_provider',
  'instrumentation/development',
  'distribution',
] as const

const others = Object.fromEntries(otherSections.map((name) => [name, z.unknown().optional()])) as Record<
  (typeof otherSections)[number],
  z.ZodOptional<z.ZodUnknown>
>

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

const severities = logLevels.flatMap((level) => [level, `${level}2`, `${level}3`, `${level}4`])

/** The OpenTelemetry declarative configuration, its metrics part, and our own section. */
export const configSchema = object({
  file_format: z.string().regex(/^1\.\d+(-.*)?$/, 'use "1.0" or a later 1.x'),
  disabled: setting(z.boolean(), false),
  log_level: setting(z.enum(severities), 'info'),
  resource: resourceSchema,
  meter_provider: optional(meterProviderSchema),
  tidegauge: z.preprocess((value) => value ?? {}, tidegaugeSchema),
  ...others,
})

/** A configuration with every default filled in. */
export type Config = z.output<typeof configSchema>
export type ResourceConfig = Config['resource']
export type MeterProviderConfig = NonNullable<Config['meter_provider']>
export type DetectorName = 'host' | 'process' | 'service'
