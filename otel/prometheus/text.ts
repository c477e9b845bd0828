import type { Family } from './families.ts'
import { type Dialect, quotedName, textNumber } from './lines.ts'

/** The text formats 0.0.4 and 1.0.0 of Prometheus; they differ only in the names they allow. */
export function prometheusText(timestampMs: number | undefined): Dialect {
  const end = timestampMs === undefined ? '\n' : ` ${timestampMs}\n`
  return { comments, bound: textNumber, endOf: () => end, createdName: () => undefined, end }
}

/** Describes a family whose instruments say nothing. */
export const noDescription = 'No description.'

function comments({ name, type, help }: Family): string {
  const written = quotedName(name)
  const escaped = (help || noDescription).toWellFormed().replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
  return `# HELP ${written} ${escaped}\n# TYPE ${written} ${type === 'native' ? 'histogram' : type}\n`
}
