import { Database } from '../database.ts'
import { SqliteLocalStore } from './sqlite.ts'
import { conformsToLocalStore } from './store.conformance.ts'

conformsToLocalStore('SQLite', (options) => new SqliteLocalStore({ database: new Database(), ...options }))
