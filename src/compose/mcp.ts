import type { RequestHandler } from 'express'
import type { Control } from '../edge/http/control.ts'
import { pageBytes, recordJson } from '../edge/http/record-json.ts'
import { failureJson, repoDetailsJson, repoJson } from '../edge/http/repo-json.ts'
import { searchPage } from '../edge/http/search-page.ts'
import type { CallTool } from '../edge/mcp/call-tool.ts'
import type { McpNode } from '../edge/mcp/node.ts'
import type { Log } from '../model/log.ts'
import type { Search } from '../state/search/search.ts'
import type { Storage } from '../state/storage/storage.ts'

export interface McpNodeOptions extends Pick<McpNode, 'audit' | 'metrics' | 'local'> {
  readonly storage: Storage
  readonly search: Search
  readonly control: Control
}

/** Answers what the tools of MCP ask from the same rooms, and in the same shapes, as the API. */
export function createMcpNode({ storage, search, control, local, audit, metrics }: McpNodeOptions): McpNode {
  return {
    search: async (query) => {
      const { hits, cursor } = await searchPage({ storage, search }, query)
      return {
        hits: hits.map(({ score, ...hit }) => ({ ...hit, ...(score !== undefined && { score }) })),
        ...(cursor && { cursor }),
      }
    },
    query: async (query) => {
      const { records, cursor } = await storage.query({ ...query, maxBytes: pageBytes })
      return { records: records.map(recordJson), ...(cursor && { cursor }) }
    },
    record: async (address) => {
      const record = await storage.get(address)
      return record && recordJson(record)
    },
    repos: async (query) => {
      const { repos, cursor } = await storage.listRepos(query)
      return { repos: repos.map(repoJson), ...(cursor && { cursor }) }
    },
    repo: async (did) => {
      const repo = await storage.getRepo(did)
      return (
        repo && repoDetailsJson(repo, await control.job(did), (await control.tracking(did)) === 'tracked')
      )
    },
    failures: async (did) => (await control.failures(did)).map(failureJson),
    sync: (did) => control.sync(did, 'mcp'),
    local,
    audit,
    metrics,
  }
}

export interface McpHandlerOptions {
  readonly node: McpNode
  readonly version: string
  readonly maxBodyBytes: number
  readonly log: Log
  /** Ends calls that wait. */
  readonly signal: AbortSignal
  /** Called for each request. @default nobody counts them */
  readonly onRequest?: () => void
  /** Measures calls. @default nobody does */
  readonly measured?: (callTool: CallTool) => CallTool
}

/** Answers MCP; the SDK is loaded by the first request, since most nodes and commands get none. */
export function lazyMcpHandler({ onRequest = () => {}, ...options }: McpHandlerOptions): RequestHandler {
  let handler: Promise<RequestHandler> | undefined
  return async (request, response, next) => {
    onRequest()
    handler ??= openHandler(options)
    ;(await handler)(request, response, next)
  }
}

async function openHandler({
  node,
  log,
  measured = (callTool) => callTool,
  ...options
}: Omit<McpHandlerOptions, 'onRequest'>): Promise<RequestHandler> {
  const { createHttpHandler } = await import('../edge/mcp/http.ts')
  const { createCallTool } = await import('../edge/mcp/call-tool.ts')
  const { createLocalBackend } = await import('../edge/mcp/local-backend.ts')
  const callTool = createCallTool({
    node,
    onError: (tool, error) => log.error('a tool failed', { tool, error: stackOf(error) }),
  })
  return createHttpHandler({
    ...options,
    backend: createLocalBackend(node, measured(callTool)),
    onRefusal: (error) => log.debug('an MCP request was refused', { reason: error.message }),
  })
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
