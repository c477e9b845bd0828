import type { CallToolResult } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { InvalidError } from '../../model/errors.ts'
import type { McpNode } from './node.ts'
import { type Call, type Tool, ToolError } from './tool.ts'
import { tools } from './tools.ts'

/** Runs one call of a tool. What fails is a result that says so. */
export type CallTool = (tool: Tool, input: unknown, call: Call) => Promise<CallToolResult>

export interface CallToolOptions {
  readonly node: McpNode
  /** Told of what nobody foresaw; callers are told only that it happened. */
  readonly onError: (tool: string, error: unknown) => void
}

/** Answers calls from a node. */
export function createCallTool({ node, onError }: CallToolOptions): CallTool {
  return async (tool, input, call) => {
    const checked = tool.input.safeParse(input ?? {})
    if (!checked.success) return failed(mistakes(tool, checked.error))
    try {
      return succeeded(await tool.run(node, checked.data, call))
    } catch (error) {
      // Thrown by the state rooms for what a caller has sent: a cursor that no page gave, a field without an index.
      if (error instanceof ToolError || error instanceof InvalidError) return failed(error.message)
      onError(tool.name, error)
      return failed(`${tool.name} failed through a fault of this node; its log says more. Try again later.`)
    }
  }
}

export function toolNamed(name: string): Tool | undefined {
  return tools.find((tool) => tool.name === name)
}

/** The text says the same as the structure, for clients that know of no structure. */
function succeeded(output: Readonly<Record<string, unknown>>): CallToolResult {
  // Links and bytes of records become JSON here, so that both say the same.
  const text = JSON.stringify(output)
  return { content: [{ type: 'text', text }], structuredContent: JSON.parse(text) }
}

function failed(message: string): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true }
}

/** Every part of an input that does not fit, for a model to mend all at once. */
function mistakes({ name, input }: Tool, error: z.ZodError): string {
  const parts = error.issues
    .slice(0, 10)
    .map(({ path, message }) => `${path.length > 0 ? path.join('.') : 'arguments'}: ${message}`)
  const known = Object.keys(input.shape).join(', ')
  return `${name} takes other arguments: ${parts.join('; ')}. It takes ${known}.`
}
