import { z } from 'zod'
import { collectionKinds } from '../../model/collection.ts'
import { repoStatuses } from '../../model/repo.ts'
import type { Route } from './route.ts'
import { count } from './words.ts'

export const getHealth = {
  method: 'GET',
  path: '/health',
  summary: 'Tells that the process is alive.',
  isOpen: true,
  isUnlimited: true,
  answers: { 200: { description: 'It is alive.', body: z.object({ status: z.literal('alive') }) } },
  examples: [{ title: 'Is it alive?' }],
} as const satisfies Route

export const getReady = {
  method: 'GET',
  path: '/ready',
  summary: 'Tells whether every part of the service works, or which does not, since when, and what mends it.',
  isOpen: true,
  isUnlimited: true,
  answers: {
    200: {
      description: 'Every part works.',
      body: z.object({ status: z.literal('ready'), checks: z.record(z.string(), z.literal('ok')) }),
    },
  },
  problems: { 'not-ready': 'a part does not work' },
  examples: [{ title: 'Does all of it work?' }],
} as const satisfies Route

export const getIndex = {
  method: 'GET',
  path: '/',
  summary: 'Tells what answers here, and what can be asked.',
  answers: {
    200: {
      description: 'The service, and its routes.',
      body: z.object({
        name: z.literal('tidegauge'),
        version: z.string(),
        routes: z
          .record(z.string(), z.string())
          .meta({ description: 'What each route does, by method and path.' }),
      }),
    },
  },
  examples: [{ title: 'What is there?' }],
} as const satisfies Route

const totalsShape = z.object({
  records: count,
  collections: count,
  recordsByKind: z.object(Object.fromEntries(collectionKinds.map((kind) => [kind, count]))),
  reposByStatus: z.object(Object.fromEntries(repoStatuses.map((status) => [status, count]))),
  heldEvents: count,
  diskBytes: count,
})

export const getStats = {
  method: 'GET',
  path: '/stats',
  summary: 'Tells how much there is, and how the service is doing.',
  answers: {
    200: {
      description: 'What the service knows of itself.',
      body: z.object({
        uptimeSeconds: z.number().min(0),
        storage: totalsShape,
        firehose: z
          .object({
            connected: z.boolean(),
            lastSeq: count.optional(),
            queued: count,
            lagSeconds: z.number().optional(),
          })
          .optional(),
        ingest: z
          .object({
            eventsInMemory: count,
            heldBack: z.boolean().meta({ description: 'Whether reading pauses until entries are applied.' }),
          })
          .optional(),
        indexing: z.object({ pending: count }).optional(),
        search: z.object({ diskBytes: count }).optional(),
      }),
    },
  },
  examples: [{ title: 'How is it doing?' }],
} as const satisfies Route
