import { z } from 'zod'
import { desyncReasons, repoStatuses } from '../../model/repo.ts'
import { syncFailures, syncTriggers } from '../../model/sync.ts'
import type { Route } from './route.ts'
import { count, cursor, did, exampleDid, limit, nextCursor, time } from './words.ts'

const unknownDid = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'

const params = z.strictObject({ did })

const repoShape = z
  .object({
    did: z.string(),
    handle: z.string().optional(),
    status: z.enum(repoStatuses),
    rev: z.string().optional().meta({ description: 'The last revision that is stored.' }),
    data: z.string().optional().meta({ description: 'The CID of the root of the tree that is stored.' }),
    desync: z
      .object({
        reason: z.enum(desyncReasons),
        since: time,
        rev: z.string().optional().meta({ description: 'A newer revision that is known.' }),
      })
      .optional()
      .meta({ description: 'Why it is not known to be synced any more.' }),
    updatedAt: time,
  })
  .meta({ id: 'Repo' })

const repoDetails = repoShape
  .extend({
    tracked: z.boolean().meta({ description: 'Whether it was tracked by `POST /repos`.' }),
    confirmedAt: time.optional().meta({ description: 'When nothing newer was last known.' }),
    heldEvents: count.optional().meta({ description: 'Events that wait for its sync run, or for its key.' }),
    sync: z
      .object({
        state: z.enum(['waiting', 'running', 'dead']),
        attempts: count,
        nextTry: time.optional(),
        error: z.string().optional().meta({ description: 'Why the last attempt failed.' }),
      })
      .optional()
      .meta({ description: 'The job that will fetch it, where there is one.' }),
  })
  .meta({ id: 'RepoDetails' })

export const listRepos = {
  method: 'GET',
  path: '/repos',
  summary: 'Lists the repos that are kept.',
  query: z.strictObject({
    status: z.enum(repoStatuses).optional(),
    limit: limit(1000).default(50),
    cursor: cursor.optional(),
  }),
  answers: {
    200: {
      description: 'A page of repos.',
      body: z.object({ repos: z.array(repoShape), cursor: nextCursor }),
    },
  },
  examples: [{ title: 'Repos whose chain is broken', query: { status: 'desync', limit: 100 } }],
} as const satisfies Route

export const trackRepo = {
  method: 'POST',
  path: '/repos',
  summary: 'Tracks a repo: it is fetched whole, and followed from then on.',
  description: 'It is kept whatever `--dids` says.',
  body: z.strictObject({ did }),
  answers: {
    202: {
      description: 'It is kept from now on, and being fetched.',
      body: repoDetails,
      headers: { Location: 'Where it is.' },
    },
  },
  examples: [{ title: 'Track somebody', body: { did: exampleDid } }],
} as const satisfies Route

export const getRepo = {
  method: 'GET',
  path: '/repos/{did}',
  summary: 'Shows one repo: how well it is kept, and when it is tried again.',
  params,
  answers: { 200: { description: 'The repo.', body: repoDetails } },
  problems: { 'not-found': 'no such repo is known here' },
  examples: [
    { title: 'One repo', params: { did: exampleDid } },
    { title: 'One that is not known', params: { did: unknownDid }, status: 404 },
  ],
} as const satisfies Route

export const untrackRepo = {
  method: 'DELETE',
  path: '/repos/{did}',
  summary: 'Removes a repo, and keeps nothing of it until it is tracked.',
  params,
  answers: { 204: { description: 'Nothing of it is left.' } },
  problems: { 'not-found': 'no such repo is known here' },
  examples: [{ title: 'Remove one', params: { did: exampleDid } }],
} as const satisfies Route

export const syncRepo = {
  method: 'POST',
  path: '/repos/{did}/sync',
  summary: 'Brings one repo up to date.',
  description:
    'Joins the run that is under way, where there is one. A run goes on when its caller stops waiting.',
  params,
  query: z.strictObject({
    trigger: z
      .enum(['api', 'cli'])
      .default('api')
      .meta({ description: 'Who asks, as `sync_runs_total` counts it.' }),
    wait: z.coerce
      .number({ error: 'must be a number of seconds' })
      .min(0)
      .max(600)
      .default(25)
      .meta({ description: 'How many seconds the caller waits for its end.' }),
  }),
  answers: {
    200: {
      description: 'It is up to date.',
      body: z.object({
        did: z.string(),
        state: z.literal('synced'),
        rev: z.string(),
        records: count.meta({ description: 'Records that the run has created, updated or deleted.' }),
        sizeBytes: count.meta({ description: 'What was read from the host, in bytes.' }),
        joined: z.boolean().meta({ description: 'Whether another call had begun the run.' }),
      }),
    },
    202: {
      description: 'The run goes on; `GET /repos/{did}` tells how it ends.',
      body: z.object({ did: z.string(), state: z.literal('running') }),
    },
  },
  problems: {
    'not-found': 'the repo is not kept here',
    conflict: 'something newer is known than the host has',
    'host-failed': 'the host, or the directory, did not answer as it must',
    'host-busy': 'the host wants to be asked less often',
    'host-timeout': 'the run has taken too long',
  },
  examples: [
    { title: 'Bring it up to date', params: { did: exampleDid }, query: { wait: 60 } },
    { title: 'A DID that nobody has', params: { did: unknownDid }, status: 502 },
  ],
} as const satisfies Route

export const listRepoErrors = {
  method: 'GET',
  path: '/repos/{did}/errors',
  summary: 'Tells why the last sync runs of a repo have failed, the latest first.',
  params,
  answers: {
    200: {
      description: 'Its failures; none where none has failed.',
      body: z.object({
        errors: z.array(
          z.object({
            at: time,
            trigger: z.enum(syncTriggers),
            reason: z.enum(syncFailures),
            message: z.string(),
          }),
        ),
      }),
    },
  },
  problems: { 'not-found': 'no such repo is known here' },
  examples: [{ title: 'Why it is not synced', params: { did: exampleDid } }],
} as const satisfies Route
