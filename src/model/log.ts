export type LogLevel = (typeof logLevels)[number]

export const logLevels = ['debug', 'info', 'warn', 'error'] as const

/** Writes one line per event: its time, level and message, then details as `key=value`. */
export type Log = Readonly<Record<LogLevel, (message: string, details?: LogDetails) => void>>

export type LogDetails = Readonly<Record<string, string | number | boolean | undefined>>

export interface LogOptions {
  /** Lines below this level are not written; asked for each line where it may change. @default 'info' */
  readonly level?: LogLevel | (() => LogLevel)
  /** Takes each line, its newline included. */
  readonly write: (line: string) => void
  readonly now?: () => Date
}

export function createLog({ level = 'info', write, now = () => new Date() }: LogOptions): Log {
  const at =
    (own: LogLevel) =>
    (message: string, details: LogDetails = {}) => {
      const lowest = typeof level === 'function' ? level() : level
      if (logLevels.indexOf(own) < logLevels.indexOf(lowest)) return
      const tail = Object.entries(details).filter(([, value]) => value !== undefined)
      const words = [
        now().toISOString(),
        own.padEnd(5),
        message,
        ...tail.map(([key, value]) => `${key}=${quoted(value)}`),
      ]
      write(`${words.join(' ')}\n`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Text from strangers must not be able to begin a new line or to pass for another field. */
function quoted(value: unknown): string {
  const text = String(value)
  return /^[^\s"=\p{C}]+$/u.test(text) ? text : JSON.stringify(text)
}
