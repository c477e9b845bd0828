import { z } from 'zod'
import type { Route } from './route.ts'
import { collection, did, exampleDid, exampleOwnDid, rkey } from './words.ts'

const path = '/records/{did}/{collection}/{rkey}'
const params = z.strictObject({ did, collection, rkey })

// Both together fit into the headers that are taken.
const tags = z.string().max(2048).optional()

const headers = z.object({
  'If-Match': tags.meta({
    description: 'Tags in quotes: only where the record is one of them; `*`: only where there is one.',
  }),
  'If-None-Match': tags.meta({
    description: 'Tags in quotes: only where the record is none of them; `*`: only where there is none.',
  }),
})

const rev = z.string().meta({ description: 'The revision that the repo has now.' })

const writtenShape = z
  .object({
    uri: z.string().meta({ examples: [`at://${exampleOwnDid}/org.example.note/first`] }),
    cid: z.string().meta({ description: 'The CID of the record, which is its ETag too.' }),
    rev,
  })
  .meta({ id: 'WrittenRecord' })

const tag = { ETag: 'Its CID, in quotes.' }

/** Handed on as it arrived: a schema of a map would drop keys that are then to be refused. */
const record = z
  .unknown()
  .refine((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    error: 'must be a JSON object',
  })
  .transform((value) => value as Readonly<Record<string, unknown>>)
  .meta({
    type: 'object',
    description: 'The record in the JSON of AT Protocol: links as `$link`, bytes as `$bytes`.',
  })

const problems = {
  'foreign-repo': 'the DID is not that of the node',
  'precondition-failed': '`If-Match` or `If-None-Match` does not hold',
  'node-starting': 'the node is starting or ending, or none runs',
} as const

const note = { did: exampleOwnDid, collection: 'org.example.note', rkey: 'first' }

export const putRecord = {
  method: 'PUT',
  path,
  summary: 'Writes a record into the repo of the node.',
  description:
    'Answered once it is on the disk; it can be queried and searched some milliseconds later. Without `$type` it is one of its collection. The same record again changes nothing. docs/local-records.md says more.',
  params,
  headers,
  body: record,
  takesLargeBody: true,
  answers: {
    200: { description: 'It was there, and is now as it was sent.', body: writtenShape, headers: tag },
    201: { description: 'It is new.', body: writtenShape, headers: tag },
  },
  problems: { ...problems, 'invalid-input': 'a record cannot hold that, or it does not fit its lexicon' },
  examples: [
    { title: 'A new record', params: note, body: { text: 'high water' }, status: 201 },
    { title: 'A change', params: note, body: { text: 'low water' } },
    {
      title: 'Only where there is none',
      params: note,
      headers: { 'If-None-Match': '*' },
      body: { text: 'slack water' },
      status: 412,
    },
    { title: 'What no record can hold', params: note, body: { level: 1.5 }, status: 400 },
    { title: 'The repo of somebody else', params: { ...note, did: exampleDid }, body: {}, status: 403 },
  ],
} as const satisfies Route

export const deleteRecord = {
  method: 'DELETE',
  path,
  summary: 'Deletes a record from the repo of the node.',
  params,
  headers,
  answers: { 200: { description: 'It is gone.', body: z.object({ rev }) } },
  problems: { ...problems, 'not-found': 'there is no such record' },
  examples: [
    { title: 'A record', params: note },
    { title: 'One that is not there', params: { ...note, rkey: 'none' }, status: 404 },
  ],
} as const satisfies Route
