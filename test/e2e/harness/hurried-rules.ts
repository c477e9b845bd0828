import { parse, stringify } from 'yaml'
import { components } from '../../../src/catalog/catalog.ts'
import { defaultSettings, type GenerateSettings } from '../../../tools/catalog-file/overrides.ts'
import { ruleFiles } from '../../../tools/generate/rules/rules.ts'

/** A minute of the rules passes in a second. */
const haste = 60

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

interface WrittenRule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly for?: string
}

/**
 * The generated rules with all their times shortened alike: ranges, `for`, and with them how much may happen in a range.
 * Bounds of size, which a test does not reach in a minute, are set as a user sets them.
 */
export function hurriedRules(thresholds: GenerateSettings['thresholds']): string[] {
  const files = ruleFiles(components, { ...defaultSettings, thresholds })
  return Object.entries(files)
    .filter(([name]) => !name.includes('test'))
    .map(([, text]) => hurried(text))
}

/** The names of all alerts there are. */
export function alertNames(): string[] {
  return components.flatMap(({ alerts }) => alerts.map(({ alert }) => alert))
}

function hurried(text: string): string {
  const { groups } = parse(text) as { groups: { rules: WrittenRule[] }[] }
  return stringify({
    groups: groups.map((group) => ({
      ...group,
      interval: '1s',
      rules: group.rules.map((rule) => ({
        ...rule,
        expr: hurriedQuery(rule.expr),
        ...(rule.for !== undefined && { for: shortened(rule.for) }),
      })),
    })),
  })
}

function hurriedQuery(expr: string): string {
  return expr
    .replace(/\[([0-9a-z]+)\]/g, (_, range: string) => `[${shortened(range)}]`)
    .replace(/, ([\d.]+)\)$/, (_, least: string) => `, ${Number(least) / haste})`)
    .replace(
      /^(.*\b(?:increase\(|uptime_seconds).*[<>] )([\d.]+)$/s,
      (_, before, bound) => before + Number(bound) / haste,
    )
}

function shortened(duration: string): string {
  const seconds = [...duration.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitSeconds[unit] ?? 0),
    0,
  )
  return `${Math.ceil((seconds * 1000) / haste)}ms`
}
