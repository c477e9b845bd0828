import type { Tool } from './tool.ts'
import { audit } from './tools/audit.ts'
import { deleteRecord } from './tools/delete-record.ts'
import { editRecord } from './tools/edit-record.ts'
import { getRecord } from './tools/get-record.ts'
import { putRecord } from './tools/put-record.ts'
import { query } from './tools/query.ts'
import { repos } from './tools/repos.ts'
import { search } from './tools/search.ts'
import { sync } from './tools/sync.ts'

/** Every tool, in the order in which a client lists them. */
export const tools: readonly Tool[] = [
  search,
  query,
  getRecord,
  putRecord,
  editRecord,
  deleteRecord,
  repos,
  sync,
  audit,
]
