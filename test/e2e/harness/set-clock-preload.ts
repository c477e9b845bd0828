import { readFileSync } from 'node:fs'

// Loaded before a program by `node --import`, also in its worker threads: the clock of the system as far as JavaScript
// sees it, set by what stands in the file that SET_CLOCK_FILE names, in ms. `performance` has a clock that nobody sets.

const file = process.env.SET_CLOCK_FILE ?? ''
const RealDate = Date
const { now } = Date

let aheadMs = 0
let readMs = Number.NEGATIVE_INFINITY

/** How far the clock is ahead of the real one; looked up again after some ms. */
function ahead(): number {
  if (performance.now() - readMs > 5) {
    readMs = performance.now()
    const text = readFileSync(file, 'utf8')
    // Empty for a moment while it is written.
    if (text !== '') aheadMs = Number(text)
  }
  return aheadMs
}

Date.now = () => now() + ahead()

globalThis.Date = new Proxy(RealDate, {
  construct: (target, parts, asked) =>
    Reflect.construct(target, parts.length === 0 ? [Date.now()] : parts, asked === Date ? target : asked),
  apply: () => new RealDate(Date.now()).toString(),
})
