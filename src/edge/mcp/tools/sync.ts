import { z } from 'zod'
import { NotKeptError, RateLimitedError } from '../../../model/errors.ts'
import { type SyncFailure, syncFailures } from '../../../model/sync.ts'
import { type Call, defineTool, ToolError } from '../tool.ts'
import { did } from '../words.ts'

export const sync = defineTool({
  name: 'sync',
  title: 'Bring a repo up to date',
  description:
    'Fetches from the host of a repo what has changed there, verifies it, and applies it. Where that takes longer than waitSeconds, the state is "running": it goes on, and repos tells how it ended.',
  input: z.strictObject({
    did,
    waitSeconds: z.number().min(0).max(300).default(25).describe('How long to wait for the end of the run'),
  }),
  output: z.object({
    did: z.string(),
    state: z.enum(['synced', 'running']),
    rev: z.string().optional().describe('The revision that is kept now'),
    records: z
      .number()
      .optional()
      .describe('Records created, updated or deleted; 0 when the copy was up to date'),
    sizeBytes: z.number().optional().describe('What was read from the host'),
    joined: z.boolean().optional().describe('Whether the call joined a run that was under way'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  run: async (node, { did, waitSeconds }, call) => {
    try {
      const result = await within(waitSeconds * 1000, node.sync(did), did, call)
      return result === undefined
        ? { did, state: 'running' as const }
        : { ...result, state: 'synced' as const }
    } catch (error) {
      throw failureOf(error)
    }
  },
})

/**
 * Waits for a run, and tells every second that it is under way.
 *
 * @returns undefined when the time is over, or nobody waits any more.
 */
async function within<Result>(
  waitMs: number,
  run: Promise<Result>,
  did: string,
  { signal, onProgress }: Call,
): Promise<Result | undefined> {
  // Who has stopped waiting finds the failure at the repo.
  run.catch(() => {})
  const { promise: end, resolve } = Promise.withResolvers<undefined>()
  const stop = () => resolve(undefined)
  const late = setTimeout(stop, waitMs)
  let seconds = 0
  const ticks = setInterval(() => onProgress(`${did} is being fetched (${++seconds} s)`), 1000)
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  try {
    return await Promise.race([run, end])
  } finally {
    clearTimeout(late)
    clearInterval(ticks)
    signal.removeEventListener('abort', stop)
  }
}

/** Says to the model whose fault it was and whether to try again; what nobody foresaw stays as it is. */
function failureOf(error: unknown): unknown {
  if (error instanceof NotKeptError) return new ToolError(error.message)
  const { type, message } = error as { readonly type?: SyncFailure; readonly message: string }
  if (type === undefined || type === 'internal' || !syncFailures.includes(type)) return error
  const wait = error instanceof RateLimitedError ? error.retryAfterMs : undefined
  const mend = wait === undefined ? mends[type] : `try again in ${Math.ceil(wait / 1000)} s`
  return new ToolError(`the sync failed (${type}): ${message}. What is kept has not changed: ${mend}.`)
}

const mends: Readonly<Record<Exclude<SyncFailure, 'internal'>, string>> = {
  auth: 'the host does not let this node in, and trying again does not help',
  network: 'the host does not answer; the node tries again by itself',
  conflict: 'the host contradicts what is known; it mends when the owner writes',
  rate_limited: 'the host wants fewer requests; the node tries again by itself',
  invalid: 'the host does not give out the repo, or not a valid one; trying again at once does not help',
  timeout: 'the host takes too long; the node tries again by itself',
}
