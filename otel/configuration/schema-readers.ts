import { z } from 'zod'
import { milliseconds, object, optional, refused, section, setting, single } from './schema-rules.ts'
import { includeExclude } from './schema-views.ts'

const nameValue = object({ name: z.string().min(1), value: z.string().nullable() })

const files = {
  ca_file: optional(z.string()),
  key_file: optional(z.string()),
  cert_file: optional(z.string()),
}

const pushDefaults = {
  temporality_preference: setting(z.enum(['cumulative', 'delta', 'low_memory']), 'cumulative'),
  default_histogram_aggregation: setting(
    z.enum(['explicit_bucket_histogram', 'base2_exponential_bucket_histogram']),
    'explicit_bucket_histogram',
  ),
}

const otlpShared = {
  headers: z.array(nameValue).min(1).optional(),
  headers_list: optional(z.string()),
  compression: setting(z.enum(['none', 'gzip']), 'none'),
  timeout: setting(milliseconds, 10_000),
  ...pushDefaults,
}

const httpUrl = z.url({ protocol: /^https?$/, error: 'give a URL that begins with http:// or https://' })

const otlpHttp = section({
  endpoint: setting(httpUrl, 'http://localhost:4318/v1/metrics'),
  tls: optional(object(files)),
  encoding: setting(z.enum(['protobuf', 'json']), 'protobuf'),
  ...otlpShared,
})

const otlpGrpc = section({
  endpoint: setting(z.string().min(1), 'http://localhost:4317'),
  tls: optional(object({ ...files, insecure: setting(z.boolean(), false) })),
  ...otlpShared,
})

const limit = optional(z.int().min(2))

const cardinalityLimits = optional(
  object({
    default: limit,
    counter: limit,
    gauge: limit,
    histogram: limit,
    observable_counter: limit,
    observable_gauge: limit,
    observable_up_down_counter: limit,
    up_down_counter: limit,
  }),
)

const producers = refused('cannot take effect: metric producers are not available', 'remove it').optional()

const periodic = object({
  interval: setting(milliseconds.min(1), 60_000),
  timeout: setting(milliseconds, 30_000),
  'max_export_batch_size/development': optional(z.int().min(1)),
  exporter: single({
    otlp_http: otlpHttp,
    otlp_grpc: otlpGrpc,
    console: section(pushDefaults),
    'otlp_file/development': refused('is not available', 'use console, or the file exporter of a Collector'),
  }),
  producers,
  cardinality_limits: cardinalityLimits,
})

const prometheus = section({
  host: setting(z.string().min(1), '127.0.0.1'),
  port: setting(z.int().min(0).max(65_535), 9464),
  scope_info_enabled: setting(z.boolean(), true),
  'target_info_enabled/development': setting(z.boolean(), true),
  resource_constant_labels: includeExclude,
  translation_strategy: setting(
    z.enum([
      'underscore_escaping_with_suffixes',
      'underscore_escaping_without_suffixes/development',
      'no_utf8_escaping_with_suffixes/development',
      'no_translation/development',
    ]),
    'underscore_escaping_with_suffixes',
  ),
})

const pull = object({
  exporter: single({ 'prometheus/development': prometheus }),
  producers,
  cardinality_limits: cardinalityLimits,
})

export const readerSchema = single({ periodic, pull })

export type ReaderConfig = z.output<typeof readerSchema>
export type PeriodicConfig = z.output<typeof periodic>
export type PullConfig = z.output<typeof pull>
export type PrometheusConfig = z.output<typeof prometheus>
export type OtlpHttpConfig = z.output<typeof otlpHttp>
export type OtlpGrpcConfig = z.output<typeof otlpGrpc>
export type PushDefaults = Pick<OtlpHttpConfig, keyof typeof pushDefaults>
export type CardinalityLimits = z.output<typeof cardinalityLimits>
