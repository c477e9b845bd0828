import { readFileSync } from 'node:fs'
import { UsageError } from '@tidegauge/otel/usage-error'

/**
 * Reads headers as they stand after a flag: `Name: value`, or `@FILE` with lines of these, so that secrets stay out
 * of the list of processes.
 *
 * @throws {UsageError} when one cannot be read or sent. The value, which may be a secret, is not repeated.
 */
export function headersOf(texts: readonly string[], flag: string): Record<string, string> {
  const lines = texts.flatMap((text) => (text.startsWith('@') ? linesOf(text.slice(1), flag) : [text]))
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/s.exec(line) ?? []
      if (name === undefined || value === undefined)
        throw new UsageError(`${flag} takes 'Name: value', as in ${flag} 'Authorization: Bearer …'`)
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
        throw new UsageError(
          `${flag}: the value of ${name} holds characters that no header takes; copy it once more`,
        )
      return [name, value]
    }),
  )
}

function linesOf(file: string, flag: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
  } catch {
    throw new UsageError(`${flag}: the file ${file} cannot be read; check its path and permissions`)
  }
}
