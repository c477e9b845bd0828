import { z } from 'zod'
import type { Config } from '../../config.ts'
import { isCollectionPattern } from '../../model/collection-pattern.ts'
import { logLevels } from '../../model/log.ts'
import { nsidSyntax } from '../../model/nsid.ts'
import type { Route } from './route.ts'

const settingShape = z
  .object({
    value: z.unknown().meta({ description: '`***` for a secret; `null` for what was not given.' }),
    origin: z
      .string()
      .meta({ description: 'A flag, a variable, `PATCH /config`, the file that it keeps, or `default`.' }),
  })
  .meta({ id: 'Setting' })

const configShape = z
  .object({
    service: z.record(z.string(), settingShape).optional(),
    telemetry: z
      .array(z.object({ key: z.string(), value: z.string(), origin: z.string() }))
      .optional()
      .meta({ description: 'The settings of the metrics pipeline.' }),
  })
  .meta({ id: 'Config' })

export const getConfig = {
  method: 'GET',
  path: '/config',
  summary: 'Shows the effective configuration, and where each value came from. Secrets are masked.',
  answers: { 200: { description: 'The configuration.', body: configShape } },
  examples: [{ title: 'What does it run with?' }],
} as const satisfies Route

/** What stands before the `.*` of a prefix. */
const prefix =
  /[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*/.source

const pattern = z
  .string()
  .refine(isCollectionPattern, {
    error: 'must be a collection such as app.bsky.feed.post, or a prefix such as app.bsky.feed.*',
  })
  .meta({
    pattern: `^\\*$|^${prefix}\\.\\*$|${nsidSyntax.source}`,
    maxLength: 300,
    examples: ['app.bsky.feed.*'],
  })

/** What may change while the service runs, and what it may be. */
export const changeable = {
  collections: z.array(pattern).max(1000).meta({
    description:
      'Collections to keep; none mean all. Where more are kept, repos are fetched again; where fewer are, the rest is removed.',
  }),
  backfillConcurrency: z.int().min(1).max(256).meta({ description: 'Repos fetched at a time.' }),
  hostConcurrency: z.int().min(1).max(64).meta({ description: 'Repos fetched at a time from one host.' }),
  logLevel: z.enum(logLevels).meta({ description: 'Lines below it are not written.' }),
} as const satisfies Partial<Record<keyof Config, z.ZodType>>

export type ChangeableKey = keyof typeof changeable

export const changeableKeys = Object.keys(changeable) as readonly ChangeableKey[]

/** All else: told apart from what is no setting at all. */
const fixed: { readonly [Key in Exclude<keyof Config, ChangeableKey>]: true } = {
  relay: true,
  plc: true,
  allowLoopback: true,
  data: true,
  host: true,
  port: true,
  metricsPort: true,
  metricsToken: true,
  verify: true,
  strict: true,
  from: true,
  index: true,
  search: true,
  dids: true,
  backfill: true,
  queueLimit: true,
  maxRepoBytes: true,
  syncInterval: true,
  handles: true,
  demoRate: true,
  observers: true,
  highWater: true,
  publicUrl: true,
  ownDid: true,
  allowedHosts: true,
  token: true,
  rateLimit: true,
  maxBodyBytes: true,
}

const never = z
  .unknown()
  .refine(() => false, {
    error: `cannot change while the service runs: stop it, and start it with the new value; ${changeableKeys.join(', ')} can`,
    params: { problem: 'not-changeable' },
  })
  .optional()
  .meta({ not: {} })

const nullable = <Schema extends z.ZodType>(schema: Schema) =>
  schema
    .nullable()
    .optional()
    .meta({ ...(schema.description && { description: schema.description }) })

/** Settings with their new values; `null` for what the service was started with. */
export const configChange = z.strictObject({
  collections: nullable(changeable.collections),
  backfillConcurrency: nullable(changeable.backfillConcurrency),
  hostConcurrency: nullable(changeable.hostConcurrency),
  logLevel: nullable(changeable.logLevel),
  ...(Object.fromEntries(Object.keys(fixed).map((key) => [key, never])) as Record<never, typeof never>),
})

export type ConfigChange = z.output<typeof configChange>

export const patchConfig = {
  method: 'PATCH',
  path: '/config',
  summary: 'Changes what may change while the service runs.',
  description:
    'A setting that is not named stays as it is; `null` brings back what the service was started with. What follows from other `collections` is done after the answer, and the log tells when.',
  query: z.strictObject({
    persist: z.enum(['true', 'false']).default('false').meta({
      description:
        'Whether the change outlives a restart. It is kept in the data folder then, and wins over flags and variables.',
    }),
  }),
  body: configChange,
  answers: { 200: { description: 'The configuration as it is now.', body: configShape } },
  problems: {
    'not-changeable': 'a setting cannot change while the service runs',
    conflict: 'what follows from an earlier change of `collections` is not done yet',
  },
  examples: [
    { title: 'More of the log', body: { logLevel: 'debug' } },
    { title: 'For good', query: { persist: 'true' }, body: { backfillConcurrency: 8, hostConcurrency: 4 } },
    {
      title: 'Back to how it was started',
      query: { persist: 'true' },
      body: { backfillConcurrency: null, hostConcurrency: null, logLevel: null },
    },
    { title: 'What cannot change', body: { port: 8080 }, status: 422 },
  ],
} as const satisfies Route
