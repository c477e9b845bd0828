import express, { type Request, type RequestHandler } from 'express'
import { z } from 'zod'
import { operations } from '../../flow/observers/definition.ts'
import { shownSchema } from '../../flow/observers/shown.ts'
import { isDid } from '../../model/did.ts'
import { isNsid } from '../../model/nsid.ts'
import { isRecordKey } from '../../model/record.ts'
import { repoStatuses } from '../../model/repo.ts'
import { Problem } from './problem.ts'

const did = z.string().refine(isDid, { error: 'must be a DID, such as did:plc:ewvi7nxzyoun6zhxrhs64oiz' })
const collection = z.string().refine(isNsid, { error: 'must be a collection, such as app.bsky.feed.post' })
const rkey = z.string().refine(isRecordKey, { error: 'must be a record key' })
const cursor = z.string().min(1).max(4096)
const limit = (most: number) => z.coerce.number({ error: 'must be a number' }).int().min(1).max(most)
const word = z.string().min(1).max(1024)

export const recordPath = z.strictObject({ did, collection, rkey })
export const repoPath = z.strictObject({ did })

export const recordQuery = z
  .strictObject({
    did: did.optional(),
    collection: collection.optional(),
    linksTo: z
      .string()
      .max(8192)
      .refine((text) => isDid(text) || text.startsWith('at://'), { error: 'must be an at:// URI or a DID' })
      .optional(),
    where: z.record(word, z.union([z.string().max(8192), z.number(), z.boolean()])).optional(),
    limit: z.int().min(1).max(1000).default(50),
    cursor: cursor.optional(),
  })
  .refine(({ where, collection }) => !where || collection, { error: 'needs collection', path: ['where'] })

export const searchQuery = z.strictObject({
  q: word,
  collection: collection.optional(),
  limit: limit(100).default(25),
  cursor: cursor.optional(),
})

export const repoQuery = z.strictObject({
  status: z.enum(repoStatuses).optional(),
  limit: limit(1000).default(50),
  cursor: cursor.optional(),
})

export const trackBody = z.strictObject({ did })

/** Who asks, and how many seconds the caller waits for the end of the run. */
export const syncQuery = z.strictObject({
  trigger: z.enum(['api', 'cli']).default('api'),
  wait: z.coerce.number({ error: 'must be a number of seconds' }).min(0).max(600).default(25),
})

export const deadLetterQuery = z.strictObject({
  kind: z.enum(['repo', 'job']).optional(),
  limit: limit(1000).default(50),
  cursor: cursor.optional(),
})

const record = z.record(z.string(), z.unknown())

/** A record that is kept, or a change that is made up. */
const testedEvent = z.union(
  [
    z.strictObject({ uri: z.string().max(8192) }),
    z.strictObject({
      operation: z.enum(operations).default('create'),
      did,
      collection,
      rkey,
      record: record.optional(),
    }),
  ],
  {
    error:
      'must be {"uri": "at://…"} of a record, or {"did", "collection", "rkey", "record"} of a change, with "operation" where that is update or delete',
  },
)

export const observerTest = z.strictObject({ event: testedEvent, observers: shownSchema.optional() })

export const observerReplay = z.strictObject({
  since: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' }),
  observers: shownSchema.optional(),
})

export const deadLetterPath = z.strictObject({
  id: z.coerce.number({ error: 'must be a number' }).int().min(1),
})

/** Reads what a request brings by a schema. @throws {Problem} 400 that names every part that does not fit. */
export function checked<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const errors = result.error.issues.slice(0, 10).map(({ path, message }) => ({
    pointer: `#${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`,
    detail: message,
  }))
  const detail = errors.map(({ pointer, detail }) => `${pointer.slice(2) || 'input'}: ${detail}`).join('; ')
  throw new Problem(400, { detail, more: { errors } })
}

/** Parses JSON bodies up to a size in bytes. */
export function jsonBody(maxBytes: number): readonly RequestHandler[] {
  return [express.json({ limit: maxBytes, type: ['application/json', 'application/*+json'] }), wasJson]
}

const wasJson: RequestHandler = (request: Request, _response, next) => {
  if (request.body === undefined)
    throw new Problem(415, { detail: 'send a JSON object with Content-Type: application/json' })
  next()
}
