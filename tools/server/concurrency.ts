/** @returns a function that runs work, at most so much of it at the same time, in the order in which it came. */
export function limitConcurrency(limit: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      // The place is handed on, so that nobody who comes now is served before those who wait.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
