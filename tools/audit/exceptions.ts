import { nearest } from '@tidegauge/otel/nearest'
import { UsageError } from '@tidegauge/otel/usage-error'
import { matchesWildcard } from '@tidegauge/otel/wildcard'
import { globExpression } from '../files/glob-pattern.ts'
import { compilePattern } from '../promql/pattern.ts'
import type { Finding, Level } from './finding.ts'

/** Findings that somebody has looked at and accepts. */
export interface Exception {
  /** Name of the check, or a pattern such as `name-*`. */
  readonly check: string
  /** A file, or a pattern. @default every file */
  readonly file?: string | undefined
  /** A subject, or a pattern in which `*` stands for any text, `?` for any character. @default every subject */
  readonly subject?: string | undefined
  /** Why it is accepted. */
  readonly reason: string
}

export interface Excepted {
  readonly finding: Finding
  readonly exception: Exception
}

/** Parts findings into those that stay and those that an exception accepts. */
export function applyExceptions(
  findings: readonly Finding[],
  exceptions: readonly Exception[],
): {
  readonly kept: readonly Finding[]
  readonly excepted: readonly Excepted[]
  readonly unused: readonly Exception[]
} {
  const kept: Finding[] = []
  const excepted: Excepted[] = []
  const accepting = exceptions.map((exception) => ({ exception, isFor: matcherOf(exception) }))
  for (const finding of findings) {
    const exception = accepting.find(({ isFor }) => isFor(finding))?.exception
    if (exception) excepted.push({ finding, exception })
    else kept.push(finding)
  }
  const used = new Set(excepted.map(({ exception }) => exception))
  return { kept, excepted, unused: exceptions.filter((one) => !used.has(one)) }
}

/** An exception that accepts nothing any more: what it was for has been fixed, or it is misspelt. */
export function unusedFinding(
  file: string,
  { check, file: of, subject, reason }: Exception,
  level: Level,
): Finding {
  const about = [of, subject].filter((part) => part !== undefined).join(', ')
  return {
    check: 'exception-unused',
    level,
    place: { file },
    subject: [check, of, subject].filter((part) => part !== undefined).join(' '),
    reason: `The exception from ${check}${about && ` for ${about}`} ("${reason}") accepts no finding any more`,
    mend: 'Delete it, or fix its spelling.',
  }
}

/** @throws {UsageError} when an exception names a check that there is not. */
export function checkExceptions(
  file: string,
  exceptions: readonly Exception[],
  names: readonly string[],
): void {
  for (const { check } of exceptions) {
    if (names.some((name) => matchesWildcard(check, name))) continue
    const near = nearest(check, names)
    throw new UsageError(
      `${file}: except: there is no check ${check}; ${near ? `did you mean ${near}?` : 'tidegauge audit --list-checks names them'}`,
    )
  }
}

function matcherOf({ check, file, subject }: Exception): (finding: Finding) => boolean {
  const isWithin = file === undefined ? () => true : withinOf(file)
  return (finding) =>
    matchesWildcard(check, finding.check) &&
    isWithin(finding.place.file) &&
    (subject === undefined || matchesWildcard(subject, finding.subject))
}

/** @param glob one that the settings have been read with. */
function withinOf(glob: string): (file: string) => boolean {
  const pattern = compilePattern(globExpression(glob))
  return (file) => file === glob || (typeof pattern !== 'string' && pattern.test(file))
}
