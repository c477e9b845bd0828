/**
 * Runs inside of the service, before it: now and then writing a stream, writing a record, or a search takes half a second, as
 * on a disk that is worn out. SQLite and everything above it do what they always do.
 */
export const slowDatabase = `
import { StatementSync } from 'node:sqlite'
const kinds = [/insert into stream_entry/i, /insert into record\\b|insert into repo\\b|update repo\\b/i, /match/i]
const latest = kinds.map(() => 0)
const still = new Int32Array(new SharedArrayBuffer(4))
for (const method of ['run', 'all', 'get']) {
  const original = StatementSync.prototype[method]
  StatementSync.prototype[method] = function (...values) {
    const kind = kinds.findIndex((pattern) => pattern.test(this.sourceSQL))
    const isNext = kind >= 0 && latest[kind] === Math.min(...latest)
    if (isNext && Date.now() - Math.max(...latest) > 700) {
      Atomics.wait(still, 0, 0, 550)
      latest[kind] = Date.now()
    }
    return original.apply(this, values)
  }
}`
