/** A clock of the system that a test sets. */
export interface SetClock extends Disposable {
  /** Sets it on, or back, by this much, in ms. */
  by(ms: number): void
}

/** Takes over `Date.now` until it is disposed of; the clock goes on as the real one does, which nobody sets. */
export function setClock(): SetClock {
  const real = Date.now
  let aheadMs = 0
  Date.now = () => real() + aheadMs
  return {
    by: (ms) => {
      aheadMs += ms
    },
    [Symbol.dispose]: () => {
      Date.now = real
    },
  }
}
