import type { CallToolResult, ReadResourceResult, Resource } from '@modelcontextprotocol/server'
import type { Call } from './tool.ts'

/** What answers calls: the node in this process, or one that is asked in turn. */
export interface Backend {
  /** Runs a tool. What fails is a result that says so; nothing is thrown for a wrong input. */
  callTool(name: string, input: unknown, call: Call): Promise<CallToolResult>
  /** @throws {ProtocolError} when there is no such resource. */
  readResource(uri: string, call: Call): Promise<ReadResourceResult>
  /** The resources that are listed one by one. */
  listResources(call: Call): Promise<Resource[]>
}
