import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { type CallTool, createCallTool } from '../call-tool.ts'
import { createHttpHandler } from '../http.ts'
import { createLocalBackend } from '../local-backend.ts'
import type { McpNode } from '../node.ts'

export interface Served extends AsyncDisposable {
  readonly server: Server
  readonly url: string
  /** What nobody foresaw. */
  readonly errors: unknown[]
  /** @returns the answer to one message; modern where the message brings its envelope. */
  post(
    message: object | string,
    headers?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Response>
}

/** A node that is asked over HTTP, on a free port. */
export async function serveTestNode(
  node: McpNode,
  {
    signal,
    measured = (call) => call,
  }: { signal?: AbortSignal; measured?: (call: CallTool) => CallTool } = {},
): Promise<Served> {
  const errors: unknown[] = []
  const callTool = measured(createCallTool({ node, onError: (_tool, error) => void errors.push(error) }))
  const handler = createHttpHandler({
    backend: createLocalBackend(node, callTool),
    version: '1.2.3',
    maxBodyBytes: 10_000,
    onRefusal: () => {},
    ...(signal && { signal }),
  })
  const server = createServer(express().all('/mcp', handler))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  return {
    server,
    url,
    errors,
    post: (message, headers, ended) =>
      fetch(url, {
        method: 'POST',
        headers: { ...usual, ...headers },
        body: typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
        ...(ended && { signal: ended }),
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const usual = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }

/** A request of 2026-07-28: the headers and the message. */
export function modern(
  method: string,
  params: { readonly name?: string; readonly [key: string]: unknown } = {},
): { readonly headers: Record<string, string>; readonly message: object } {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
    progressToken: 'here',
  }
  return {
    headers: {
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': method,
      ...(params.name !== undefined && { 'Mcp-Name': params.name }),
    },
    message: { method, params: { ...params, _meta: meta } },
  }
}

/** The messages of an answer, of either kind. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into them as it likes
export async function messagesIn(response: Response): Promise<any[]> {
  const text = await response.text()
  if (response.headers.get('content-type') === 'application/json') return [JSON.parse(text)]
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data))
}
