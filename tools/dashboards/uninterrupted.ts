const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Does work to its end although a signal asks the process to stop, and lets the signal have its effect then. For work
 * of moments that must not be left half done.
 */
export async function uninterrupted<Result>(work: () => Promise<Result>): Promise<Result> {
  let held: NodeJS.Signals | undefined
  const hold = (signal: NodeJS.Signals) => {
    held = signal
  }
  for (const signal of signals) process.on(signal, hold)
  try {
    return await work()
  } finally {
    for (const signal of signals) process.off(signal, hold)
    if (held !== undefined) process.kill(process.pid, held)
  }
}
