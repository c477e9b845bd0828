import {
  McpServer,
  type ReadResourceResult,
  ResourceTemplate,
  type ServerContext,
  type StandardSchemaWithJSON,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Backend } from './backend.ts'
import { allMetrics, resourceTemplates } from './resources.ts'
import type { Call } from './tool.ts'
import { tools } from './tools.ts'

export interface ServerOptions {
  readonly backend: Backend
  /** Of this program. */
  readonly version: string
  /** Ends calls that wait, besides their callers. @default none */
  readonly signal?: AbortSignal
}

/** Makes an MCP server for one exchange or one connection: the SDK wants one for each, and tells its era apart. */
export function createServer({ backend, version, signal }: ServerOptions): McpServer {
  const server = new McpServer(
    { name: 'tidegauge', title: 'Tidegauge', version },
    {
      instructions,
      // Nothing that is listed changes while the node runs.
      capabilities: { tools: { listChanged: false }, resources: { listChanged: false } },
      cacheHints: { 'tools/list': unchanging, 'resources/templates/list': unchanging },
    },
  )
  const callOf = (context: ServerContext) => callIn(context, signal)
  for (const { name, title, description, annotations, input, output } of tools)
    server.registerTool(
      name,
      { title, description, annotations, inputSchema: listed(input), outputSchema: listed(output) },
      (given, context) => backend.callTool(name, given, callOf(context)),
    )
  const read = (uri: string, context: ServerContext): Promise<ReadResourceResult> =>
    backend.readResource(uri, callOf(context))
  const { name, uri, ...shown } = allMetrics
  server.registerResource(name, uri, shown, (_uri, context) => read(uri, context))
  for (const { name, uriTemplate, ...shown } of resourceTemplates) {
    const list = async (context: ServerContext) => {
      const resources = await backend.listResources(callOf(context))
      return { resources: resources.filter((one) => one.uri !== uri) }
    }
    const template = new ResourceTemplate(uriTemplate, { list: name === 'metrics' ? list : undefined })
    server.registerResource(name, template, shown, (asked, _variables, context) => read(asked.href, context))
  }
  return server
}

const instructions =
  'A node of Tidegauge keeps verified copies of AT Protocol repositories. search and query find records, get_record shows one, put_record, edit_record and delete_record write those of the node itself, repos tells which repos are kept and how well, sync brings one up to date, audit tells whether the numbers of the node can be trusted.'

const unchanging = { ttlMs: 300_000, cacheScope: 'private' } as const

/** The schema as clients see it. What is sent is checked by whoever runs the tool, so that each failure is counted there. */
function listed(schema: z.ZodObject): StandardSchemaWithJSON {
  return {
    '~standard': {
      version: 1,
      vendor: 'tidegauge',
      validate: (value) => ({ value }),
      jsonSchema: { input: () => jsonSchema(schema, 'input'), output: () => jsonSchema(schema, 'output') },
    },
  }
}

function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): Record<string, unknown> {
  const known = converted.get(schema) ?? z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
  converted.set(schema, known)
  return known
}

/** A server is made for each request; what it lists stays the same. */
const converted = new WeakMap<z.ZodObject, Record<string, unknown>>()

function callIn({ mcpReq }: ServerContext, ended: AbortSignal | undefined): Call {
  const token = mcpReq._meta?.progressToken
  let progress = 0
  return {
    signal: ended === undefined ? mcpReq.signal : AbortSignal.any([mcpReq.signal, ended]),
    onProgress: (message) => {
      if (token === undefined) return
      progress += 1
      const params = { progressToken: token, progress, message }
      // Who has gone away is not told any more.
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {})
    },
  }
}
