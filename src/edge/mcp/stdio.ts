import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createServer, type ServerOptions } from './server.ts'

/** Speaks MCP on stdin and stdout, of 2026-07-28 or of 2025, as the client begins. @returns once stdin has ended. */
export async function speakStdio(
  options: ServerOptions & { readonly onError: (error: Error) => void },
): Promise<void> {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  process.stdin.once('end', resolve).once('close', resolve)
  // Nobody reads on.
  process.stdout.once('error', () => resolve())
  const connection = serveStdio(() => createServer(options), { onerror: options.onError })
  await ended
  await connection.close()
}
