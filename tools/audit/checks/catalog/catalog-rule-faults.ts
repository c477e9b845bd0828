import { durationText } from '../../../rules/duration.ts'
import type { Rule } from '../../../rules/rule-file.ts'
import { queryFault } from './catalog-query.ts'
import { bothSides, plain } from './catalog-words.ts'

/** How a rule is otherwise than the catalog says. */
export interface RuleFault {
  /** `expr`, `for`, `severity`, `summary`, …: what of it. */
  readonly about: string
  readonly reason: string
  /** The key in the settings of generate by which a user may want it so. */
  readonly setting?: string
  /** Where in the file, if that is not the rule itself. */
  readonly line?: number
  /** Nothing that the catalog says is wrong, but the next generate removes it. */
  readonly isAddition?: boolean
}

export function ruleFaults(is: Rule, shouldBe: Rule): readonly RuleFault[] {
  const faults = [...exprFaults(is, shouldBe), ...labelFaults(is, shouldBe), ...textFaults(is, shouldBe)]
  if ((is.forMs ?? 0) === (shouldBe.forMs ?? 0)) return faults
  const [own, other] = [is, shouldBe].map(({ forMs }) => durationText(forMs ?? 0))
  const reason = `It waits ${own} before it fires, the catalog says ${other}.`
  return [...faults, { about: 'for', reason, setting: `alerts.${is.name}.for` }]
}

function exprFaults(is: Rule, shouldBe: Rule): RuleFault[] {
  const fires = is.kind === 'alert' ? 'fires' : 'keeps what is'
  const fault = queryFault(is.expr, shouldBe.expr, { variables: 'none', fires })
  if (fault === undefined) return []
  const line = is.exprLine + (is.expr.slice(0, fault.at).match(/\n/g)?.length ?? 0)
  const setting = exprSetting(is.expr, shouldBe.expr)
  return [{ about: 'expr', reason: fault.reason, line, ...(setting !== undefined && { setting }) }]
}

/** The settings by which a query may be as it is: its jobs, its bounds, or both. */
function exprSetting(is: string, shouldBe: string): string | undefined {
  const rest = queryFault(withoutJob(is), withoutJob(shouldBe), { variables: 'none' })
  if (rest === undefined) return 'jobs'
  if (!rest.isBound) return undefined
  return jobOf(is) === jobOf(shouldBe) ? 'thresholds' : 'jobs and thresholds'
}

function labelFaults(is: Rule, shouldBe: Rule): RuleFault[] {
  const settingOf = (label: string) =>
    label === 'severity' ? `alerts.${is.name}.severity` : `alerts.${is.name}.labels.${label}`
  const wrong = [...shouldBe.labels].flatMap(([label, value]) => {
    const own = is.labels.get(label)
    if (own === value) return []
    const here = own === undefined ? `no label ${label}` : `the label ${label} "${own}"`
    return [
      {
        about: label,
        reason: `It has ${here}, the catalog says "${value}".`,
        setting: settingOf(label),
      },
    ]
  })
  const added = [...is.labels].flatMap(([label, value]) =>
    shouldBe.labels.has(label)
      ? []
      : [
          {
            about: label,
            reason: `It has the label ${label} "${value}", which neither catalog nor settings give it.`,
            setting: settingOf(label),
            isAddition: true,
          },
        ],
  )
  return is.kind === 'alert' ? [...wrong, ...added] : wrong
}

/** Annotations that a person added are that person's. */
function textFaults(is: Rule, shouldBe: Rule): RuleFault[] {
  return [...shouldBe.annotations].flatMap(([name, text]) => {
    const own = is.annotations.get(name)
    if (own !== undefined && plain(own) === plain(text)) return []
    const { here, there } = bothSides(own ?? '', text)
    const reason =
      own === undefined
        ? `It has no ${name}, the catalog says ${there}.`
        : `Its ${name} is ${here}, the catalog says ${there}.`
    return [{ about: name, reason, ...(name === 'runbook_url' && { setting: 'runbooks' }) }]
  })
}

function withoutJob(expr: string): string {
  return expr.replaceAll(job, '')
}

function jobOf(expr: string): string | undefined {
  return expr.match(job)?.[0].replace(/, *$/, '')
}

const job = /\bjob=~?"[^"]*"(, *)?/g
