import type { z } from 'zod'
import type { McpNode } from './node.ts'

/** What a model can call. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly title: string
  /** Tells a model when to use it, and what it gets. */
  readonly description: string
  readonly input: Input
  readonly output: Output
  readonly annotations: Annotations
  /** @throws {ToolError} for what the caller can do something about. */
  run(node: McpNode, input: z.output<Input>, call: Call): Promise<z.input<Output>>
}

/** What a client may tell its user about a tool before it is called. */
export interface Annotations {
  /** It changes nothing. */
  readonly readOnlyHint: boolean
  /** It may remove or overwrite something. */
  readonly destructiveHint: boolean
  /** The same call once more changes nothing more. */
  readonly idempotentHint: boolean
  /** It reaches beyond this node. */
  readonly openWorldHint: boolean
}

/** One call under way. */
export interface Call {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Tells a caller who wants to know that the work goes on. */
  readonly onProgress: (message: string) => void
}

/** Types `run` by the two schemas. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool {
  return tool as unknown as Tool
}

/** A tool that only reads what this node keeps. */
export const reading: Annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}

/** A call that cannot be answered as asked. The message goes to the model: what is wrong, and what to do. */
export class ToolError extends Error {
  override readonly name = 'ToolError'
}
