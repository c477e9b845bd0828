import { z } from 'zod'
import { didSyntax, isDid } from '../../model/did.ts'
import { isNsid, nsidSyntax } from '../../model/nsid.ts'
import { isRecordKey, recordKeySyntax } from '../../model/record.ts'

// What requests and answers are made of. Each says in JSON Schema what its check lets through.

/** Stands in examples for a repo that is kept. */
export const exampleDid = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz'

/** Stands in examples for the repo of the node itself. */
export const exampleOwnDid = 'did:web:localhost%3A3000'

export const did = z
  .string()
  .refine(isDid, { error: `must be a DID, such as ${exampleDid}` })
  .meta({ pattern: didSyntax.source, maxLength: 2048, examples: [exampleDid] })

export const collection = z
  .string()
  .refine(isNsid, { error: 'must be a collection, such as app.bsky.feed.post' })
  .meta({ pattern: nsidSyntax.source, maxLength: 317, examples: ['app.bsky.feed.post'] })

export const rkey = z
  .string()
  .refine(isRecordKey, { error: 'must be a record key' })
  .meta({ pattern: recordKeySyntax.source, examples: ['3k2a7xyzabc2d'] })

export const cursor = z
  .string()
  .min(1)
  .max(4096)
  .meta({ description: 'The `cursor` of the page before, to go on after it.' })

export const nextCursor = z
  .string()
  .optional()
  .meta({ description: 'Where the next page begins; absent on the last one.' })

export const limit = (most: number) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int()
    .min(1)
    .max(most)
    .meta({ description: 'How many a page has at most.' })

export const word = z.string().min(1).max(1024)

/** A time as the API writes it. */
export const time = z.string().meta({ format: 'date-time' })

/** A number of things. */
export const count = z.int().min(0)
