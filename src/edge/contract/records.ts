import { z } from 'zod'
import { didSyntax, isDid } from '../../model/did.ts'
import type { Route } from './route.ts'
import { collection, cursor, did, exampleDid, nextCursor, rkey, time, word } from './words.ts'

const link = z
  .string()
  .max(8192)
  .refine((text) => isDid(text) || text.startsWith('at://'), { error: 'must be an at:// URI or a DID' })
  .meta({ pattern: `^at://|${didSyntax.source}`, description: 'Only records that link to this URI or DID.' })

export const recordShape = z
  .object({
    uri: z.string().meta({ examples: [`at://${exampleDid}/app.bsky.feed.post/3k2a7xyzabc2d`] }),
    cid: z.string().meta({ description: 'The CID of the record, which is its ETag too.' }),
    rev: z.string().meta({ description: 'The revision of the repo that brought it.' }),
    indexedAt: time,
    value: z.unknown().meta({
      description:
        'The record in the JSON of AT Protocol: links as `$link`, bytes as `$bytes`; `null` where it cannot be shown.',
    }),
    bytes: z
      .string()
      .optional()
      .meta({ description: 'What it is made of, in base64, where the value cannot be shown.' }),
  })
  .meta({ id: 'Record' })

export const queryRecords = {
  method: 'POST',
  path: '/query',
  summary: 'Lists records by repo, collection, link or field.',
  description: 'What `where` may ask for are the fields that `--index` names; it needs `collection`.',
  body: z
    .strictObject({
      did: did.optional(),
      collection: collection.optional(),
      linksTo: link.optional(),
      where: z
        .record(word, z.union([z.string().max(8192), z.number(), z.boolean()]))
        .optional()
        .meta({ description: 'Only records with these values, by the paths of their fields.' }),
      limit: z.int().min(1).max(1000).default(50).meta({ description: 'How many a page has at most.' }),
      cursor: cursor.optional(),
    })
    .refine(({ where, collection }) => !where || collection, { error: 'needs collection', path: ['where'] })
    .meta({ dependentRequired: { where: ['collection'] } }),
  answers: {
    200: {
      description: 'A page of records; it ends early where its records are large.',
      body: z.object({ records: z.array(recordShape), cursor: nextCursor }),
    },
  },
  problems: { 'invalid-input': 'a field is not indexed, or the cursor is of another query' },
  examples: [
    {
      title: 'The posts of one repo',
      body: { did: exampleDid, collection: 'app.bsky.feed.post', limit: 10 },
    },
    { title: 'What links to somebody', body: { linksTo: exampleDid } },
    {
      title: 'A field that is not indexed',
      body: { collection: 'app.bsky.feed.post', where: { 'no.such.field': 'en' } },
      status: 400,
    },
  ],
} as const satisfies Route

export const getRecord = {
  method: 'GET',
  path: '/records/{did}/{collection}/{rkey}',
  summary: 'Shows one record.',
  description:
    'A caller that sends the ETag of before as `If-None-Match` gets 304 while the record is the same.',
  params: z.strictObject({ did, collection, rkey }),
  answers: {
    200: { description: 'The record.', body: recordShape, headers: { ETag: 'Its CID, in quotes.' } },
    304: { description: 'It is still the one of `If-None-Match`.', headers: { ETag: 'Its CID, in quotes.' } },
  },
  problems: { 'not-found': 'no such record is kept here' },
  examples: [
    {
      title: 'A post',
      params: { did: exampleDid, collection: 'app.bsky.feed.post', rkey: '3k2a7xyzabc2d' },
    },
    {
      title: 'One that is not kept',
      params: { did: exampleDid, collection: 'app.bsky.feed.post', rkey: 'none' },
      status: 404,
    },
  ],
} as const satisfies Route
