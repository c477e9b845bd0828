import { pathToFileURL } from 'node:url'
import { SetupError } from '../../model/errors.ts'
import type { ActionCall, ActionOutcome, RunAction } from './run-action.ts'

/**
 * What a module of the operator exports as its default: does something about a change. It has failed when it throws or
 * returns `success: false`; to return nothing is success.
 */
export type CustomAction = (
  call: ActionCall,
  options: unknown,
  // biome-ignore lint/suspicious/noConfusingVoidType: an action that only does something returns nothing.
) => Promise<ActionOutcome | void> | ActionOutcome | void

/**
 * Loads a module of the operator, which runs in this process and may do what the service may.
 *
 * @param path of the file of the module.
 * @param place names in an error where the module is named.
 * @throws {SetupError} when it cannot be loaded, or its default export is not a function.
 */
export async function loadCustomAction(path: string, options: unknown, place: string): Promise<RunAction> {
  let act: unknown
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(path).href)
    act = module.default
  } catch (cause) {
    const reason = (cause as Error)?.message || String(cause)
    throw new SetupError(`${place}: ${path} cannot be loaded (${reason}); correct it`, { cause })
  }
  if (typeof act !== 'function')
    throw new SetupError(
      `${place}: ${path} exports no function as its default; write "export default async ({ event }) => { … }"`,
    )
  const custom = act as CustomAction
  return async (call) => (await custom(call, options)) ?? { success: true }
}
