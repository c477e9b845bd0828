import { z } from 'zod'
import { operations } from '../../flow/observers/definition.ts'
import { shownSchema } from '../../flow/observers/shown.ts'
import { actionKinds } from '../../model/action.ts'
import type { Route } from './route.ts'
import { collection, count, did, exampleDid, rkey, time } from './words.ts'

const whenShape = z
  .object({
    collection: z.array(z.string()).optional(),
    did: z.array(z.string()).optional(),
    operation: z.array(z.enum(operations)).optional(),
    record: z.unknown().optional().meta({ description: 'A condition, as docs/observers.md says.' }),
  })
  .meta({ id: 'When' })

const actions = z.array(z.enum(actionKinds))

const given = shownSchema
  .optional()
  .meta({ description: 'Observers to try in place of those of the node, as docs/observers.md writes them.' })

export const listObservers = {
  method: 'GET',
  path: '/observers',
  summary: 'Lists who observes what.',
  answers: {
    200: {
      description: 'The observers of the node.',
      body: z.object({
        observers: z.array(
          z.object({
            name: z.string(),
            when: whenShape,
            actions,
            matched: count.optional().meta({ description: 'Events since the node started.' }),
            lastMatchAt: time.optional(),
          }),
        ),
      }),
    },
  },
  examples: [{ title: 'Who observes' }],
} as const satisfies Route

/** A record that is kept, or a change that is made up. */
const testedEvent = z.union(
  [
    z.strictObject({ uri: z.string().max(8192) }),
    z.strictObject({
      operation: z.enum(operations).default('create'),
      did,
      collection,
      rkey,
      record: z.record(z.string(), z.unknown()).optional(),
    }),
  ],
  {
    error:
      'must be {"uri": "at://…"} of a record, or {"did", "collection", "rkey", "record"} of a change, with "operation" where that is update or delete',
  },
)

const madeUp = { did: exampleDid, collection: 'app.bsky.feed.post', rkey: '3k2a7xyzabc2d' }
const tides = { name: 'tides', when: { record: { field: 'text', contains: 'tide' } }, actions: ['log'] }

export const testObservers = {
  method: 'POST',
  path: '/observers/test',
  summary: 'Tells what observers would do about one event. Nothing runs.',
  body: z.strictObject({ event: testedEvent, observers: given }),
  takesLargeBody: true,
  answers: {
    200: {
      description: 'What each of them would do.',
      body: z.object({
        observers: z.array(
          z.object({
            observer: z.string(),
            matches: z.boolean(),
            fails: z
              .enum(['collection', 'did', 'operation', 'record'])
              .optional()
              .meta({ description: 'The first part of its `when` that the event does not fulfil.' }),
            actions,
          }),
        ),
      }),
    },
  },
  problems: { 'not-found': 'no record of that URI is kept here' },
  examples: [
    {
      title: 'An observer and an event that are made up',
      body: { event: { ...madeUp, record: { text: 'high tide' } }, observers: [tides] },
    },
  ],
} as const satisfies Route

export const replayObservers = {
  method: 'POST',
  path: '/observers/replay',
  summary: 'Tells what would have come to observers of the records that are kept. Nothing runs.',
  description: 'Each record is judged as if it had just been created. It takes 20 s at most.',
  body: z.strictObject({
    since: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' }),
    observers: given,
  }),
  takesLargeBody: true,
  answers: {
    200: {
      description: 'What would have come to each.',
      body: z.object({
        records: count.meta({ description: 'Records that were judged.' }),
        isComplete: z.boolean().meta({ description: 'Whether all were, in the time there was.' }),
        observers: z.array(
          z.object({
            observer: z.string(),
            events: count,
            examples: z.array(z.string()).meta({ description: 'The URIs of the first of them.' }),
          }),
        ),
      }),
    },
  },
  examples: [
    { title: 'What is kept since a time', body: { since: '2026-01-31T12:00:00Z', observers: [tides] } },
  ],
} as const satisfies Route
