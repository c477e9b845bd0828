import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { McpPrograms } from '../setup/mcp.ts'

const execute = promisify(execFile)
const main = join(import.meta.dirname, '../../../src/main.ts')

/** What is asked: a node over HTTP, or `tidegauge mcp` of a data folder. */
export type McpServer =
  | { readonly kind: 'http'; readonly url: string; readonly token: string }
  | { readonly kind: 'stdio'; readonly args: readonly string[] }

export interface McpCall {
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export interface McpResult {
  readonly content: readonly { readonly text: string }[]
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as it likes
  readonly structuredContent?: any
  readonly isError?: boolean
}

/** What a client has learned of a server. */
export interface McpTalk {
  /** The version of the protocol that was agreed on, where the client tells it. */
  readonly version: string | undefined
  readonly tools: readonly string[]
  readonly results: readonly McpResult[]
}

export interface McpClient {
  readonly name: string
  /** Lists the tools, and makes calls in turn. */
  talk(server: McpServer, calls: readonly McpCall[]): Promise<McpTalk>
}

/** The official clients, as they are by default and, of the current line, with the version of today as well. */
export function mcpClients({ folder, python }: McpPrograms): readonly McpClient[] {
  const load = createRequire(join(folder, 'package.json'))
  return [
    { name: 'SDK 1.32', talk: (server, calls) => talkBySdk(oldSdk(load), server, calls) },
    { name: 'SDK 2', talk: (server, calls) => talkBySdk(newSdk(load, {}), server, calls) },
    {
      name: 'SDK 2 that tries 2026-07-28',
      talk: (server, calls) =>
        talkBySdk(newSdk(load, { versionNegotiation: { mode: 'auto' } }), server, calls),
    },
    { name: 'the SDK for Python', talk: (server, calls) => talkByPython(python, server, calls) },
    { name: 'the inspector', talk: (server, calls) => talkByInspector(folder, server, calls) },
  ]
}

/** What both lines of the SDK for JavaScript have in common. */
interface Sdk {
  readonly client: {
    connect(transport: unknown): Promise<void>
    listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>
    callTool(call: McpCall): Promise<McpResult>
    close(): Promise<void>
    getNegotiatedProtocolVersion?(): string | undefined
  }
  readonly overHttp: new (url: URL, options: object) => unknown
  readonly overStdio: new (options: object) => unknown
}

function oldSdk(load: NodeJS.Require): Sdk {
  const of = (path: string) => load(`@modelcontextprotocol/sdk/client/${path}.js`)
  const { Client } = of('index')
  return {
    client: new Client(info),
    overHttp: of('streamableHttp').StreamableHTTPClientTransport,
    overStdio: of('stdio').StdioClientTransport,
  }
}

function newSdk(load: NodeJS.Require, options: object): Sdk {
  const { Client, StreamableHTTPClientTransport } = load('@modelcontextprotocol/client')
  const { StdioClientTransport } = load('@modelcontextprotocol/client/stdio')
  return {
    client: new Client(info, options),
    overHttp: StreamableHTTPClientTransport,
    overStdio: StdioClientTransport,
  }
}

const info = { name: 'tidegauge-e2e', version: '1.0.0' }

async function talkBySdk(
  { client, overHttp: OverHttp, overStdio: OverStdio }: Sdk,
  server: McpServer,
  calls: readonly McpCall[],
): Promise<McpTalk> {
  const transport =
    server.kind === 'http'
      ? new OverHttp(new URL(server.url), { requestInit: { headers: headersOf(server) } })
      : new OverStdio({ command: process.execPath, args: [main, 'mcp', ...server.args] })
  await client.connect(transport)
  try {
    const { tools } = await client.listTools()
    const results: McpResult[] = []
    // The client checks structured results against the schema that was listed.
    for (const call of calls) results.push(await client.callTool(call))
    return { version: client.getNegotiatedProtocolVersion?.(), tools: tools.map(({ name }) => name), results }
  } finally {
    await client.close()
  }
}

function headersOf({ token }: Extract<McpServer, { readonly kind: 'http' }>) {
  return { Authorization: `Bearer ${token}` }
}

async function talkByPython(python: string, server: McpServer, calls: readonly McpCall[]): Promise<McpTalk> {
  const script = join(import.meta.dirname, '../mcp/client.py')
  const target =
    server.kind === 'http' ? [server.url, server.token] : [process.execPath, main, 'mcp', ...server.args]
  const { stdout } = await execute(python, [script, JSON.stringify(calls), ...target], large)
  return JSON.parse(stdout)
}

async function talkByInspector(
  folder: string,
  server: McpServer,
  calls: readonly McpCall[],
): Promise<McpTalk> {
  const program = join(folder, 'node_modules/.bin/mcp-inspector')
  const target =
    server.kind === 'http'
      ? [server.url, '--header', `Authorization: Bearer ${server.token}`]
      : [process.execPath, main, 'mcp', ...server.args]
  const ask = async (...method: readonly string[]) => {
    const order = server.kind === 'http' ? [...target, ...method] : [...method, '--', ...target]
    // It ends with 5 for a tool that has failed, whose result it prints all the same.
    const { stdout } = await execute(process.execPath, [program, '--cli', ...order], large).catch((error) => {
      if (error.code !== 5) throw error
      return error as { readonly stdout: string }
    })
    return JSON.parse(stdout)
  }
  const { tools } = await ask('--method', 'tools/list', '--strict')
  const results: McpResult[] = []
  for (const { name, arguments: given } of calls) {
    const pairs = Object.entries(given).flatMap(([key, value]) => [
      '--tool-arg',
      `${key}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
    ])
    results.push(await ask('--method', 'tools/call', '--tool-name', name, ...pairs))
  }
  return { version: undefined, tools: tools.map(({ name }: { name: string }) => name), results }
}

const large = { maxBuffer: 64_000_000 }
