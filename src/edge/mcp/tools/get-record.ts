import { z } from 'zod'
import { defineTool, reading, ToolError } from '../tool.ts'
import { addressOf, recordUri, shownRecord } from '../words.ts'

export const getRecord = defineTool({
  name: 'get_record',
  title: 'Get a record',
  description: 'Shows one record by its at:// URI, as it is kept here.',
  input: z.strictObject({ uri: recordUri }),
  output: shownRecord,
  annotations: reading,
  run: async (node, { uri }) => {
    const address = addressOf(uri)
    const record = address && (await node.record(address))
    if (record === undefined)
      throw new ToolError(
        `no record ${uri} is kept here: query lists those of a repo, repos tells whether the repo is kept and synced`,
      )
    return record
  },
})
