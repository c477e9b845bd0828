import { z } from 'zod'
import { ownKey, ownRepo, written } from '../own-repo.ts'
import { defineTool, ToolError } from '../tool.ts'
import { cid as cidWord, recordUri } from '../words.ts'

export const deleteRecord = defineTool({
  name: 'delete_record',
  title: 'Delete a record',
  description: 'Deletes a record from the own repo of this node.',
  input: z.strictObject({
    uri: recordUri,
    swap: cidWord.optional().describe('Deletes only where the record now has this CID'),
  }),
  output: z.object({ uri: z.string(), rev: z.string().describe('Revision that the repo has now') }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  run: async (node, { uri, swap }) => {
    const own = ownRepo(node)
    const deleted = await written(own.delete(ownKey(own, uri), swap === undefined ? {} : { swap }))
    if (deleted === undefined) throw new ToolError(`there is no record ${uri}`)
    return { uri, rev: deleted.rev }
  },
})
