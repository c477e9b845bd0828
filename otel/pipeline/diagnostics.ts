import { DiagLogLevel, diag } from '@opentelemetry/api'

/** Takes one line of the log. */
export type OnLog = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void

/**
 * Sends what the SDK has to say to the log. A line that the SDK repeats, but
 * for its numbers, is written once in ten minutes.
 *
 * @param level the least severe that is written, in the words of the configuration, such as `info` or `warn2`.
 * @returns ends it.
 */
export function routeDiagnostics(level: string, onLog: OnLog): () => void {
  const logLevel = levels[level.replace(/\d$/, '')] ?? DiagLogLevel.INFO
  const written = new Map<string, number>()
  const line =
    (severity: Parameters<OnLog>[0]) =>
    (message: unknown, ...details: unknown[]) => {
      const text = [message, ...details].map(textOf).join(' ').split('\n', 1)[0] ?? ''
      // The exporters are watched; what becomes of each attempt is for those who ask for every detail.
      if (perAttempt.test(text) && logLevel < DiagLogLevel.DEBUG) return
      const now = performance.now()
      const kind = text.replace(/\d+/g, '#')
      const last = written.get(kind)
      if (last !== undefined && now - last < repeatMs) return
      if (written.size >= mostLines) written.clear()
      written.set(kind, now)
      onLog(severity, `OpenTelemetry: ${text}`)
    }
  diag.setLogger(
    {
      verbose: line('debug'),
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
    },
    { logLevel, suppressOverrideMessage: true },
  )
  return () => diag.disable()
}

const perAttempt = /^Export (retry|failed|succeeded)/

const repeatMs = 600_000
const mostLines = 200

const levels: Readonly<Record<string, DiagLogLevel>> = {
  trace: DiagLogLevel.VERBOSE,
  debug: DiagLogLevel.DEBUG,
  info: DiagLogLevel.INFO,
  warn: DiagLogLevel.WARN,
  error: DiagLogLevel.ERROR,
  fatal: DiagLogLevel.ERROR,
}

function textOf(value: unknown): string {
  if (value instanceof Error) return value.message
  return typeof value === 'string' ? value : JSON.stringify(value)
}
