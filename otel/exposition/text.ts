import type { Family } from './families.ts'
import { type Dialect, quotedName } from './lines.ts'
import { textNumber } from './text-writer.ts'

/** The text formats 0.0.4 and 1.0.0 of Prometheus; they differ only in the names they allow. */
export function prometheusText(timestampMs: number | undefined): Dialect {
  const stamp = timestampMs === undefined ? '' : ` ${timestampMs}`
  return { comments, bound: textNumber, exemplar: () => '', createdName: () => undefined, stamp }
}

/** Describes a family whose instruments say nothing. */
export const noDescription = 'No description.'

function comments({ name, type, help }: Family): string {
  const written = quotedName(name)
  const escaped = (help || noDescription).toWellFormed().replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
  return `# HELP ${written} ${escaped}\n# TYPE ${written} ${type === 'native' ? 'histogram' : type}\n`
}
