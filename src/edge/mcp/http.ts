import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { RequestHandler } from 'express'
import { createServer, type ServerOptions } from './server.ts'

export interface HttpOptions extends ServerOptions {
  /** Largest body of a request, in bytes. */
  readonly maxBodyBytes: number
  /** Told of each request that the SDK refuses, or fails to answer. */
  readonly onRefusal: (error: Error) => void
}

/**
 * Answers MCP by streamable HTTP, one exchange a request: of 2026-07-28, and of the versions from 2025 on without sessions.
 * Who may ask is settled before: host, origin and token.
 */
export function createHttpHandler({ maxBodyBytes, onRefusal, ...options }: HttpOptions): RequestHandler {
  const limits = { maxRequestBodySize: maxBodyBytes }
  const handler = createMcpHandler(() => createServer(options), { ...limits, onerror: onRefusal })
  const answer = toNodeHandler(handler, { ...limits, onerror: onRefusal })
  return (request, response, next) => {
    answer(request, response).catch(next)
  }
}
