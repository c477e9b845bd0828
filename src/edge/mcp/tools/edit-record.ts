import { z } from 'zod'
import { recordContent } from '../../../model/record-content.ts'
import { mergePatch } from '../merge-patch.ts'
import { ownKey, ownRepo, written } from '../own-repo.ts'
import { defineTool, ToolError } from '../tool.ts'
import { cid as cidWord, recordUri } from '../words.ts'

export const editRecord = defineTool({
  name: 'edit_record',
  title: 'Edit a record',
  description:
    'Changes fields of a record in the own repo of this node, and leaves the others as they are. Fields within objects are changed likewise; lists are replaced; null removes a field.',
  input: z.strictObject({
    uri: recordUri,
    changes: z.looseObject({}).describe('Fields with their new values (a JSON merge patch)'),
    swap: cidWord.optional().describe('Edits only where the record now has this CID'),
  }),
  output: z.object({
    uri: z.string(),
    cid: z.string().describe('Version of the record'),
    rev: z.string().describe('Revision that the repo has now'),
    changed: z.boolean().describe('False where the changes made no difference'),
  }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  run: async (node, { uri, changes, swap }) => {
    const own = ownRepo(node)
    const key = ownKey(own, uri)
    const before = await own.get(key)
    if (before === undefined) throw new ToolError(`there is no record ${uri}: put_record creates one`)
    // Links and bytes become JSON, as they came.
    const value = JSON.parse(JSON.stringify(recordContent(before.bytes).value))
    const edited = mergePatch(value, changes) as Readonly<Record<string, unknown>>
    // What somebody else writes meanwhile is not lost.
    const { cid, rev, changed } = await written(own.put(key, edited, { swap: swap ?? before.cid }))
    return { uri, cid, rev, changed }
  },
})
