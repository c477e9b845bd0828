import { readSettingsFile } from '@tidegauge/otel/settings-file'
import { UsageError } from '@tidegauge/otel/usage-error'
import { z } from 'zod'
import type { Finding } from './finding.ts'
import { fingerprint } from './fingerprint.ts'

/** Findings that were known when it was written; only what is new since then counts. */
export interface Baseline {
  readonly version: 1
  readonly findings: readonly KnownFinding[]
}

export interface KnownFinding {
  readonly check: string
  readonly file: string
  readonly subject: string
  /** How often, where the same is found at several lines. @default 1 */
  readonly count?: number | undefined
}

const schema = z.strictObject({
  version: z.literal(1),
  findings: z.array(
    z.strictObject({
      check: z.string(),
      file: z.string(),
      subject: z.string(),
      count: z.int().positive().optional(),
    }),
  ),
})

/** @throws {UsageError} when the file cannot be read or is not a baseline. */
export async function readBaseline(file: string): Promise<Baseline> {
  try {
    return await readSettingsFile(file, schema)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(`${error.message}; or write a new one with --write-baseline`, { cause: error })
  }
}

/** The text of a baseline that knows these findings, in an order that keeps differences small. */
export function baselineText(findings: readonly Finding[]): string {
  const groups = [...Map.groupBy(findings, fingerprint).values()].map((same): KnownFinding => {
    const [{ check, place, subject }] = same as [Finding]
    return { check, file: place.file, subject, ...(same.length > 1 && { count: same.length }) }
  })
  const baseline: Baseline = { version: 1, findings: groups.sort(inOrder) }
  return `${JSON.stringify(baseline, undefined, 2)}\n`
}

/** Parts findings into new and known ones; `gone` are those that the baseline knows and that are no longer found. */
export function compareToBaseline(
  findings: readonly Finding[],
  baseline: Baseline,
): {
  readonly fresh: readonly Finding[]
  readonly known: readonly Finding[]
  readonly gone: readonly KnownFinding[]
} {
  const open: ReadonlyMap<string, { readonly one: KnownFinding; left: number }> = new Map(
    baseline.findings.map((one) => {
      const place = { file: one.file }
      return [fingerprint({ ...one, place }), { one, left: one.count ?? 1 }] as const
    }),
  )
  const fresh: Finding[] = []
  const known: Finding[] = []
  for (const finding of findings) {
    const entry = open.get(fingerprint(finding))
    if (entry === undefined || entry.left === 0) fresh.push(finding)
    else {
      entry.left--
      known.push(finding)
    }
  }
  const gone = [...open.values()].filter(({ one, left }) => left === (one.count ?? 1)).map(({ one }) => one)
  return { fresh, known, gone }
}

function inOrder(a: KnownFinding, b: KnownFinding): number {
  const key = ({ file, check, subject }: KnownFinding) => [file, check, subject].join('\0')
  return key(a) < key(b) ? -1 : 1
}
