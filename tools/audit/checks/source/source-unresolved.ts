import { basename } from 'node:path'
import type { Check } from '../../check.ts'

const check = 'source-unresolved'

/** What is not known is said rather than guessed. */
export const sourceUnresolved: Check = {
  name: check,
  description: 'The source declares a metric whose name is only known when it runs.',
  *run({ source }) {
    for (const { file, line, reason } of source?.unresolved ?? []) {
      yield {
        check,
        level: 'info',
        place: { file, line },
        subject: basename(file),
        reason: `A metric is declared here that cannot be followed: ${reason}.`,
        mend: 'Write the name out where the metric is declared, so that a search finds it.',
      }
    }
  },
}
