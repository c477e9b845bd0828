/** A clock that stands until it is moved, or until somebody sleeps: then it is as late as they wanted. */
export class Clock {
  ms = Date.parse('2026-01-01T00:00:00Z')
  readonly slept: number[] = []

  readonly now = (): number => this.ms

  readonly sleep = async (ms: number): Promise<void> => {
    const untilMs = this.ms + ms
    this.slept.push(ms)
    await new Promise(setImmediate)
    this.ms = Math.max(this.ms, untilMs)
  }
}
