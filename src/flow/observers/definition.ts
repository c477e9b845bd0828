import { z } from 'zod'
import { type ActionKind, actionKinds } from '../../model/action.ts'
import { isCollectionPattern } from '../../model/collection-pattern.ts'
import { isWithin } from '../../model/depth.ts'
import { isDid } from '../../model/did.ts'
import { parsePath } from '../../model/field-path.ts'
import { logLevels } from '../../model/log.ts'
import { judgeUrl } from '../../net/fetch/policy.ts'
import { type Condition, compilePattern } from './condition.ts'
import { durationMs } from './duration.ts'

/** What makes an observer act. */
export type Operation = (typeof operations)[number]

export const operations = ['create', 'update', 'delete'] as const

/** One value or a list of them, as people write it. */
const some = <Item extends z.ZodType>(item: Item) =>
  z.union([item.transform((one) => [one]), z.array(item).min(1)])

const collection = z.string().refine(isCollectionPattern, {
  error: 'name a collection such as app.bsky.feed.post, or a prefix such as app.bsky.feed.*',
})

const did = z.string().refine(isDid, { error: 'give a DID such as did:plc:ewvi7nxzyoun6zhxrhs64oiz' })

const field = z
  .string()
  .max(1024)
  .refine((text) => parsePath(text)?.every((key) => key !== '') === true, {
    error: 'name a field such as subject.uri; a dot within a key is \\.',
  })

const pattern = z
  .string()
  .max(1000)
  .superRefine((text, { addIssue }) => {
    try {
      compilePattern(text)
    } catch (error) {
      addIssue({
        code: 'custom',
        message: 'write it in the syntax of RE2, which has no look-around and no back-references',
        params: { problem: `is not a usable pattern: ${(error as Error).message}` },
      })
    }
  })

const fieldCondition = z
  .strictObject({
    field,
    equals: z.union([z.string(), z.number(), z.boolean()]).optional(),
    above: z.number().optional(),
    at_least: z.number().optional(),
    below: z.number().optional(),
    at_most: z.number().optional(),
    contains: z.string().min(1).optional(),
    matches: pattern.optional(),
    exists: z.boolean().optional(),
  })
  .superRefine(({ field, exists, ...tests }, { addIssue }) => {
    const named = Object.values(tests).filter((test) => test !== undefined).length
    const problem =
      exists === undefined && named === 0
        ? `tests nothing about ${field}`
        : exists === false && named > 0
          ? 'tests a field that must not exist'
          : undefined
    if (problem !== undefined)
      addIssue({
        code: 'custom',
        message: 'add one of equals, above, at_least, below, at_most, contains, matches, or exists alone',
        params: { problem },
      })
  })

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    fieldCondition,
    z.strictObject({ all: z.array(condition).min(1) }),
    z.strictObject({ any: z.array(condition).min(1) }),
    z.strictObject({ not: condition }),
  ]),
)

/** Levels of lists and objects: reading a condition takes the stack a level deeper for each. */
const deepestCondition = 100

const boundedCondition = z
  .unknown()
  .superRefine((value, { addIssue }) => {
    if (!isWithin(value, deepestCondition))
      addIssue({
        code: 'custom',
        message: 'write it with fewer levels',
        params: { problem: `is more than ${deepestCondition} levels deep` },
        continue: false,
      })
  })
  .pipe(condition)

export const whenSchema = z
  .strictObject({
    collection: some(collection).optional(),
    did: some(did).optional(),
    operation: some(z.enum(operations)).optional(),
    record: boundedCondition.optional(),
  })
  .superRefine(({ operation, record }, { addIssue }) => {
    if (record !== undefined && operation?.includes('delete'))
      addIssue({
        code: 'custom',
        path: ['operation'],
        message: 'leave delete out, or make an observer of its own for it',
        params: { problem: 'has delete beside a condition on the record, and a deletion has no record' },
      })
  })

const someDuration = 'give a duration such as 500ms, 10s or 1m, above 0'

const duration = z.string(someDuration).superRefine((text, { addIssue }) => {
  const ms = durationMs(text)
  if (ms === undefined) addIssue({ code: 'custom', message: someDuration })
  else if (ms > longestMs) addIssue({ code: 'custom', message: 'give at most 24h' })
})
const time = duration.transform((text) => durationMs(text) ?? 0)

/** Timers of more than three weeks go off at once. */
const longestMs = 24 * 3_600_000

const webhookUrl = z.string().superRefine((text, { addIssue }) => {
  const url = URL.parse(text)
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  // A longer name cannot be looked up, and no job could be kept for it.
  if (!isWeb || url.username !== '' || url.password !== '' || url.hostname.length > 253)
    addIssue({
      code: 'custom',
      message: 'give an address such as https://example.org/hook, without user name and password',
    })
})

/** As Standard Webhooks writes secrets: `whsec_` and 24 to 64 bytes in base64. */
const secret = z.string().refine((text) => secretBytes(text) !== undefined, {
  error: 'give whsec_ and 24 to 64 bytes in base64, such as "whsec_$(openssl rand -base64 32)" prints',
})

/** The key that a secret stands for; undefined where it is not a secret. */
export function secretBytes(text: string): Buffer | undefined {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  const bytes = base64 === undefined ? undefined : Buffer.from(base64, 'base64')
  return bytes !== undefined && bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined
}

const headerName = z
  .string()
  .regex(/^[\w-]+$/, 'write the name of a header')
  .refine((name) => !ownHeaders.has(name.toLowerCase()), 'leave it out; each webhook has one of its own')

/** What says how a webhook is read, and whose it is. */
const ownHeaders: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'content-type', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade'],
  ...['webhook-id', 'webhook-signature', 'webhook-timestamp'],
])

const headerValue = z
  .string()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a header cannot hold.
  .regex(/^[^\0-\x08\x0a-\x1f\x7f\u0100-\uffff]*$/, 'give one line of Latin letters')

const ownRepo = z.literal('own', 'use own, or { field: subject } where the record names a DID there')

const bodies = {
  webhook: z
    .strictObject({
      url: webhookUrl,
      secret,
      headers: z.record(headerName, headerValue).optional(),
      /** Whether the address may be on loopback or in a private network, and called by http. */
      allow_private: z.boolean().default(false),
    })
    .superRefine(({ url, allow_private }, { addIssue }) => {
      const problem = allow_private ? undefined : refusal(url)
      if (problem !== undefined)
        addIssue({
          code: 'custom',
          path: ['url'],
          message: 'call a public address by https, or add allow_private: true where this one is yours',
          params: { problem },
        })
    }),
  log: z.strictObject({ level: z.enum(logLevels).default('info'), message: z.string().min(1).max(1000) }),
  search: z.strictObject({ fields: z.array(field).min(1) }),
  cache: z.strictObject({ forget: z.enum(['record', 'repo', 'identity']) }),
  sync: z.strictObject({ repo: z.union([ownRepo, z.strictObject({ field })]).default('own') }),
  custom: z.strictObject({ module: z.string().min(1), options: z.unknown().optional() }),
} satisfies Record<ActionKind, z.ZodType>

/** Why an address is not called as it is written, wherever its name leads; undefined where it may be. */
function refusal(text: string): string | undefined {
  const url = URL.parse(text)
  try {
    // Whether loopback may be called is told where the service starts, not here.
    if (url !== null) judgeUrl(url, { allowLoopback: true })
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const actionSchema = z
  .strictObject({
    webhook: bodies.webhook.optional(),
    log: bodies.log.optional(),
    search: bodies.search.optional(),
    cache: bodies.cache.optional(),
    sync: bodies.sync.optional(),
    custom: bodies.custom.optional(),
    timeout: time.optional(),
    retries: z.int().min(0).max(100).optional(),
  })
  .superRefine((action, { addIssue }) => {
    const kinds = actionKinds.filter((kind) => action[kind] !== undefined)
    if (kinds.length !== 1)
      addIssue({
        code: 'custom',
        message: `name exactly one of ${actionKinds.join(', ')}`,
        params: { problem: kinds.length === 0 ? 'does nothing' : `is ${kinds.join(' and ')} at once` },
      })
  })

export const observerSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
      'give it a name of lower-case letters, digits and hyphens',
    ),
  when: whenSchema,
  // biome-ignore lint/suspicious/noThenProperty: an observer reads "when this, then that"; it is awaited nowhere.
  then: z.array(actionSchema).min(1).max(20),
})

export const metricsSchema = z.strictObject({
  enabled: z.boolean().default(true),
  histogram_buckets: z
    .array(z.number().positive())
    .min(1)
    .max(100)
    .refine((bounds) => bounds.every((bound, at) => at === 0 || bound > (bounds[at - 1] ?? 0)), {
      error: 'give them in order, each once',
    })
    .optional(),
  sample_rate: z.number().min(0).max(1).optional(),
  export_interval: time.optional(),
})

const limitsSchema = z.strictObject({
  /** Jobs that may wait; while there are more, no further events are taken. */
  waiting_jobs: z.int().min(1).max(100_000_000).default(100_000),
  /** Actions for one host, or of one other kind, at a time. */
  per_host: z.int().min(1).max(1000).default(8),
})

/** The observers' file. */
export const observersFileSchema = z.strictObject({
  observers: z
    .array(observerSchema)
    .min(1)
    .max(10_000)
    .superRefine((observers, { addIssue }) => {
      const seen = new Set<string>()
      for (const [at, { name }] of observers.entries()) {
        if (seen.has(name))
          addIssue({
            code: 'custom',
            path: [at, 'name'],
            message: 'give each observer a name of its own',
            params: { problem: `is "${name}" a second time` },
          })
        seen.add(name)
      }
    }),
  metrics: metricsSchema.prefault({}),
  concurrency: z.int().min(1).max(1000).default(16),
  /** How long an action may take where it does not say. */
  timeout: time.default(10_000),
  /** How often an action that has failed is tried again where it does not say. */
  retries: z.int().min(0).max(100).default(8),
  limits: limitsSchema.prefault({}),
})

export type ObserversFile = z.output<typeof observersFileSchema>

/** A file of observers as it was read, or what stands for one. */
export interface ObserversConfig {
  /** Where it lies, for messages. */
  readonly path: string
  readonly file: ObserversFile
  /** The folder that modules of custom actions are named from. */
  readonly folder: string
  /** Names a key in an error: `file:line: observers[0].name`. */
  readonly place: (keys: readonly (string | number)[]) => string
}

export type Observer = z.output<typeof observerSchema>
export type When = z.output<typeof whenSchema>
export type ActionDefinition = z.output<typeof actionSchema>

/** What kind of action it is. */
export function kindOf(action: ActionDefinition): ActionKind {
  const kind = actionKinds.find((one) => action[one] !== undefined)
  if (kind === undefined) throw new TypeError('an action without a kind has passed the schema')
  return kind
}

/** Whom an action calls, such as the host of a webhook: what shares capacity. */
export function groupOf(action: ActionDefinition): string {
  return action.webhook === undefined ? kindOf(action) : new URL(action.webhook.url).host
}

/** The keys in the file that lead to a setting of an action. */
export function actionKeys(
  observer: number,
  action: number,
  ...setting: readonly string[]
): readonly (string | number)[] {
  return ['observers', observer, 'then', action, ...setting]
}
