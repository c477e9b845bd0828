import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Backend } from './backend.ts'
import { type CallTool, toolNamed } from './call-tool.ts'
import type { McpNode } from './node.ts'
import { listedResources, readResource } from './resources.ts'

/** Answers from the node in this process. */
export function createLocalBackend(node: McpNode, callTool: CallTool): Backend {
  return {
    callTool: (name, input, call) => {
      const tool = toolNamed(name)
      if (tool === undefined)
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${name} not found`)
      return callTool(tool, input, call)
    },
    readResource: (uri) => readResource(node, uri),
    listResources: async () => listedResources(node),
  }
}
