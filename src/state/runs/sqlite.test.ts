import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../database.ts'
import { conformsToRuns } from './runs.conformance.ts'
import { SqliteRuns } from './sqlite.ts'

conformsToRuns('SQLite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidegauge-runs-'))
  let database = new Database({ dir })
  return {
    runs: new SqliteRuns({ database }),
    async reopen() {
      database[Symbol.dispose]()
      database = new Database({ dir })
      return new SqliteRuns({ database })
    },
    async [Symbol.asyncDispose]() {
      database[Symbol.dispose]()
      rmSync(dir, { recursive: true })
    },
  }
})
