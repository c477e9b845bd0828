/**
 * Code that runs inside of the service, before it: now and then a statement of this kind takes half a second, as on a disk that
 * is worn out. SQLite and everything above it do what they always do.
 */
export function slowDatabase(kind: RegExp): string {
  return `
import { StatementSync } from 'node:sqlite'
const still = new Int32Array(new SharedArrayBuffer(4))
let latest = 0
for (const method of ['run', 'all', 'get']) {
  const original = StatementSync.prototype[method]
  StatementSync.prototype[method] = function (...values) {
    if (${kind}.test(this.sourceSQL) && Date.now() - latest > 600) {
      Atomics.wait(still, 0, 0, 550)
      latest = Date.now()
    }
    return original.apply(this, values)
  }
}`
}
