import { z } from 'zod'
import { actionKinds } from '../../model/action.ts'
import type { Route } from './route.ts'
import { count, cursor, limit, nextCursor, time } from './words.ts'

const progressShape = z
  .object({
    policy: z.enum(['none', 'seen', 'all']).meta({ description: 'Which repos are fetched whole.' }),
    listed: count.meta({ description: 'Repos that the source has listed.' }),
    isListed: z.boolean().meta({ description: 'Whether the listing has reached its end.' }),
    listFailure: z.string().optional().meta({ description: 'Why they could not be listed.' }),
    waiting: count.meta({ description: 'Repos that wait to be fetched.' }),
    setAside: count.meta({ description: 'Those among them whose owners or hosts have to act first.' }),
    setAsideHosts: z.array(z.object({ host: z.string(), repos: count })),
    running: count.meta({ description: 'Repos that are being fetched.' }),
    synced: count,
    pending: count.meta({ description: 'Repos that are not known whole, and that nothing will fetch.' }),
    deadLetters: count,
    reposPerSecond: z.number().min(0).meta({ description: 'In the last minute.' }),
    recordsPerSecond: z.number().min(0).meta({ description: 'In the last minute.' }),
    secondsLeft: z.number().min(0).optional().meta({ description: 'At that rate.' }),
  })
  .meta({ id: 'BackfillProgress' })

export const getBackfill = {
  method: 'GET',
  path: '/backfill',
  summary: 'Tells how far fetching whole repos has come.',
  answers: { 200: { description: 'How far it has come.', body: progressShape } },
  examples: [{ title: 'How far it is' }],
} as const satisfies Route

export const startBackfill = {
  method: 'POST',
  path: '/backfill',
  summary: 'Lists the repos of the source once more, and fetches what is not synced.',
  answers: { 202: { description: 'It has begun.', body: progressShape } },
  examples: [{ title: 'Begin' }],
} as const satisfies Route

const deadLetterShape = z
  .object({
    id: z.string(),
    kind: z.enum(['repo', 'job']).meta({ description: 'A repo that could not be fetched, or an action.' }),
    key: z.string().optional().meta({ description: 'The `webhook-id` of an action.' }),
    did: z.string().optional(),
    uri: z.string().optional(),
    observer: z.string().optional(),
    number: count.optional().meta({ description: 'Which of the observer’s actions it is, from 1.' }),
    action: z.enum(actionKinds).optional(),
    attempts: count,
    error: z.string().optional(),
    addedAt: time,
    diedAt: time,
  })
  .meta({ id: 'DeadLetter' })

export const listDeadLetters = {
  method: 'GET',
  path: '/dead-letters',
  summary: 'Lists the repos and the actions that were given up.',
  query: z.strictObject({
    kind: z.enum(['repo', 'job']).optional().meta({ description: 'Only repos, or only actions.' }),
    limit: limit(1000).default(50),
    cursor: cursor.optional(),
  }),
  answers: {
    200: {
      description: 'A page of them.',
      body: z.object({ deadLetters: z.array(deadLetterShape), cursor: nextCursor }),
    },
  },
  examples: [{ title: 'Repos that could not be fetched', query: { kind: 'repo' } }],
} as const satisfies Route

export const retryDeadLetter = {
  method: 'POST',
  path: '/dead-letters/{id}/retry',
  summary: 'Puts a dead letter back, so that it is tried again.',
  params: z.strictObject({
    id: z.coerce
      .number({ error: 'must be a number' })
      .int()
      .min(1)
      .meta({ examples: [17] }),
  }),
  answers: {
    202: {
      description: 'It waits for its turn.',
      body: z.object({ id: count, state: z.literal('waiting') }),
    },
  },
  problems: { 'not-found': 'no dead letter has that number' },
  examples: [{ title: 'One that is not there', params: { id: '999999999' }, status: 404 }],
} as const satisfies Route
