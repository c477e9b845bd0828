import { z } from 'zod'
import { defineTool, reading, ToolError } from '../tool.ts'
import { cursor, did, limit, nextCursor, repoStatus } from '../words.ts'

const failure = z.object({
  at: z.string(),
  trigger: z.string(),
  reason: z.string(),
  message: z.string(),
})

const shownRepo = z.looseObject({
  did: z.string(),
  status: repoStatus.describe(
    'synced: what is kept equals a verified commit; desync: it did, and is fetched again',
  ),
  handle: z.string().optional(),
  rev: z.string().optional().describe('The last revision that was applied'),
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
