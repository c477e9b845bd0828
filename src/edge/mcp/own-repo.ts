import { LocalConflictError, LocalRepoClosedError } from '../../flow/local/errors.ts'
import type { LocalKey, LocalRecords } from '../../flow/local/local-records.ts'
import type { McpNode } from './node.ts'
import { ToolError } from './tool.ts'
import { addressOf } from './words.ts'

/** @throws {ToolError} while this node has no repo of its own to write into. */
export function ownRepo({ local }: Pick<McpNode, 'local'>): LocalRecords {
  if (local === undefined)
    throw new ToolError(
      'nothing can be written while no node runs: start tidegauge serve, which has a repo of its own',
    )
  const own = local()
  if (own === undefined) throw new ToolError('the node is starting: try again in a second')
  return own
}

/** @throws {ToolError} for a record in the repo of somebody else. */
export function ownKey({ did }: LocalRecords, uri: string): LocalKey {
  const address = addressOf(uri)
  if (address?.did !== did)
    throw new ToolError(`${uri} is written at its own host; this node writes the records of ${did}`)
  return { collection: address.collection, rkey: address.rkey }
}

/** Writes. @throws {ToolError} that tells a model what has come in between. */
export async function written<Result>(write: Promise<Result>): Promise<Result> {
  try {
    return await write
  } catch (error) {
    if (error instanceof LocalConflictError)
      throw new ToolError(
        error.current === null
          ? 'there is no such record any more, so that nothing was written'
          : `the record is another by now, with the CID ${error.current}, so that nothing was written: read it with get_record, and try again with this CID as swap`,
      )
    if (error instanceof LocalRepoClosedError) throw new ToolError(`${error.message}: try again later`)
    throw error
  }
}
