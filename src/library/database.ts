// `tidegauge/database`: the SQLite database in which queue, dedup and checkpoint keep what they have.
export { FolderInUseError, SetupError } from '../model/errors.ts'
export type { DatabaseOptions, Ends } from '../state/database.ts'
export { Database } from '../state/database.ts'
