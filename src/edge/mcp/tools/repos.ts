import { z } from 'zod'
import { desyncReasons } from '../../../model/repo.ts'
import { defineTool, reading, ToolError } from '../tool.ts'
import { cursor, did, limit, nextCursor, repoStatus } from '../words.ts'

const failure = z.object({
  at: z.string(),
  trigger: z.string(),
  reason: z.string(),
  message: z.string(),
})

const desync = z.object({
  reason: z.enum(desyncReasons),
  since: z.string(),
  rev: z.string().optional().describe('A newer revision that is known'),
})

const job = z.object({
  state: z.string().describe('waiting, running or dead: given up'),
  attempts: z.number(),
  nextTry: z.string().optional(),
  error: z.string().optional().describe('Why the last try failed'),
})

export const shownRepo = z.object({
  did: z.string(),
  handle: z.string().optional(),
  status: repoStatus.describe(
    'synced: what is kept equals a verified commit; desync: it did, and is fetched again; pending: not fetched whole yet',
  ),
  rev: z.string().optional().describe('The last revision that was applied'),
  data: z.string().optional().describe('CID of the root of the tree that is kept'),
  desync: desync.optional().describe('Why it is not synced any more'),
  updatedAt: z.string().describe('When anything of it last changed here'),
  tracked: z.boolean().optional().describe('Whether it is kept whatever else is'),
  confirmedAt: z.string().optional().describe('When it was last found to be what its host has'),
  heldEvents: z.number().optional().describe('Events that wait for the end of a sync, or for a key'),
  sync: job.optional().describe('The job that will fetch it'),
  failures: z.array(failure).optional().describe('Why the last sync runs failed, the latest first'),
})

export const repos = defineTool({
  name: 'repos',
  title: 'List repos',
  description:
    'Lists the repos that this node keeps, by status where one is given. With did, tells all about that one: since when and why it is not synced, when it is tried again, and why its last sync runs failed.',
  input: z.strictObject({
    did: did.optional(),
    status: repoStatus.optional().describe('Only repos with this status; not together with did'),
    limit: limit(1000, 50),
    cursor,
  }),
  output: z.object({ repos: z.array(shownRepo), cursor: nextCursor }),
  annotations: reading,
  run: async (node, { did, ...query }) => {
    if (did === undefined) {
      const { repos, cursor } = await node.repos(query)
      return { repos: repos.map((repo) => ({ ...repo })), cursor }
    }
    const repo = await node.repo(did)
    if (repo === undefined)
      throw new ToolError(
        `no repo ${did} is known here: whoever runs the node has it kept with tidegauge repos track`,
      )
    return { repos: [{ ...repo, failures: [...(await node.failures(did))] }] }
  },
})
