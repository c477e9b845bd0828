import { replaceName } from '../../promql/name-in-text.ts'
import type { Finding } from '../finding.ts'

/** Findings that say the same of several things, or a single one. */
export interface Alike {
  readonly findings: readonly [Finding, ...Finding[]]
  /** What is wrong, with the names left out where they differ: `each is on no panel.` */
  readonly reason: string
  readonly mend: string
}

/** So many are read faster together than one by one. */
const least = 3

/** Puts together what one check says in the same words of several things in a file; otherwise the order stays. */
export function alike(findings: readonly Finding[]): readonly Alike[] {
  const groups = [...Map.groupBy(findings, keyOf).values()]
  const order = new Map(findings.map((finding, index) => [finding, index]))
  const at = ({ findings: [first] }: Alike) => order.get(first) ?? 0
  return groups
    .flatMap((of) => (of.length < least ? of.map((one) => single(one)) : [together(of)]))
    .sort((a, b) => at(a) - at(b))
}

/** What a finding is about, in a word: the panel, the rule or the metric. */
export function nameOf({ place, subject }: Finding): string {
  return place.panel ?? place.rule ?? metricOf(subject)
}

function keyOf(finding: Finding): string {
  const { check, level, place } = finding
  return [check, level, place.file, without(finding.reason, finding), without(finding.mend, finding)].join(
    '\0',
  )
}

function single(finding: Finding): Alike {
  return { findings: [finding], reason: finding.reason, mend: finding.mend }
}

function together(of: readonly Finding[]): Alike {
  const [first, ...rest] = of as [Finding, ...Finding[]]
  const reason = without(first.reason, first)
  return {
    findings: [first, ...rest],
    reason: reason.startsWith('… ')
      ? `each ${reason.slice(2)}`
      : reason.replace(/^(No .*)…/, '$1any of them'),
    // Without names the command takes all at once.
    mend: without(first.mend.replace(` --metrics ${metricOf(first.subject)}`, ''), first),
  }
}

function without(text: string, { subject }: Finding): string {
  return replaceName(metricOf(subject), text, /[\w,]/, '…')
}

function metricOf(subject: string): string {
  return subject.split(' ', 1)[0] ?? ''
}
