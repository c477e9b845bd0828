import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type JSONRPCMessage,
  PROTOCOL_VERSION_META_KEY,
  ProtocolError,
  type ReadResourceResult,
  type Resource,
} from '@modelcontextprotocol/server'
import type { Backend } from './backend.ts'
import { eventsOf } from './events.ts'
import type { Call } from './tool.ts'

/** Posts one request to `/mcp` of a node. @throws an error whose message says why no node has answered. */
export type PostToNode = (request: {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}) => Promise<Response>

/** Finds a node, and keeps it until what is asked of it was answered. */
export type UseNode = <Result>(ask: (post: PostToNode) => Promise<Result>) => Promise<Result>

/** Passes on to a node what is asked, so that the node counts it; a call that is cancelled here is cancelled there. */
export function createForwardBackend(useNode: UseNode, version: string): Backend {
  const ask = <Result>(method: string, params: Params, call: Call): Promise<Result> =>
    useNode((post) => answerOf<Result>(post, { method, params, version, call }))
  return {
    callTool: async (name, input, call) => {
      try {
        const { content, structuredContent, isError } = await ask<CallToolResult>(
          'tools/call',
          { name, arguments: input },
          call,
        )
        return {
          content,
          ...(structuredContent !== undefined && { structuredContent }),
          ...(isError && { isError }),
        }
      } catch (error) {
        return { content: [{ type: 'text', text: (error as Error).message }], isError: true }
      }
    },
    readResource: async (uri, call) => {
      const { contents } = await ask<ReadResourceResult>('resources/read', { uri }, call)
      return { contents }
    },
    listResources: async (call) =>
      (await ask<{ readonly resources: Resource[] }>('resources/list', {}, call)).resources,
  }
}

type Params = Readonly<Record<string, unknown>>

interface Asked {
  readonly method: string
  readonly params: Params
  readonly version: string
  readonly call: Call
}

/** @throws {ProtocolError} the error that the node answers with. */
async function answerOf<Result>(post: PostToNode, { method, params, version, call }: Asked): Promise<Result> {
  const response = await post({ ...requestOf(method, params, version), signal: call.signal })
  for await (const message of messagesOf(response)) {
    if ('method' in message) {
      const { message: text = '' } = (message.params ?? {}) as { readonly message?: string }
      if (message.method === 'notifications/progress') call.onProgress(text)
    } else if ('error' in message) {
      const { code, message: text, data } = message.error
      throw new ProtocolError(code, text, data)
    } else return message.result as Result
  }
  throw new Error(`the node has not answered to ${method}: see its log`)
}

/** One request of 2026-07-28, which needs no handshake (https://modelcontextprotocol.io/specification/2026-07-28). */
function requestOf(method: string, params: Params, version: string) {
  const name = params.name ?? params.uri
  const headers = {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'MCP-Protocol-Version': protocolVersion,
    'Mcp-Method': method,
    ...(typeof name === 'string' && { 'Mcp-Name': name }),
  }
  const meta = {
    [PROTOCOL_VERSION_META_KEY]: protocolVersion,
    [CLIENT_INFO_META_KEY]: { name: 'tidegauge mcp', version },
    [CLIENT_CAPABILITIES_META_KEY]: {},
    progressToken: 1,
  }
  return {
    headers,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
  }
}

const protocolVersion = '2026-07-28'

/** What a node answers: one message as JSON, or several as events. */
async function* messagesOf(response: Response): AsyncIterable<JSONRPCMessage> {
  const type = response.headers.get('content-type')?.split(';', 1)[0]
  if (type === 'application/json') {
    yield (await response.json()) as JSONRPCMessage
    return
  }
  if (type !== 'text/event-stream')
    throw new Error(`what answers there is not a node (${response.status}, ${type}): name its API with --api`)
  for await (const data of eventsOf(response)) yield JSON.parse(data) as JSONRPCMessage
}
