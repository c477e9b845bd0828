import { writeFile } from 'node:fs/promises'
import { oneLine } from '@tidegauge/otel/one-line'
import { UsageError } from '@tidegauge/otel/usage-error'
import { loadNamed } from '../catalog-file/loaded-catalog.ts'
import type { OwnCatalog } from '../catalog-file/own-catalog.ts'
import { type Audit, type AuditOptions, runAudit } from './audit.ts'
import { baselineText, readBaseline } from './baseline.ts'
import { documentedChecks as checks } from './documented-checks.ts'
import { levels } from './finding.ts'
import type { Limits } from './limits.ts'
import { jsonReport } from './report/json.ts'
import { markdownReport } from './report/markdown.ts'
import { sarifReport } from './report/sarif.ts'
import { countsInWords, tableReport } from './report/table.ts'
import { type AuditSettings, defaultSettingsFile, readAuditSettings } from './settings.ts'

/** What was typed, in the shape of the settings file, which it overrides. */
export interface AuditFlags extends AuditSettings {
  /** The settings file. @default 'tidegauge-audit.yaml', where there is one */
  readonly config?: string
  /** Writes the findings to the baseline instead of comparing with it. */
  readonly 'write-baseline'?: boolean
}

export interface AuditOutput {
  /** Name and version of the program, as its reports and messages call it. */
  readonly program: string
  readonly version: string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly hasColor: boolean
  /** What the catalog of this program's own service is called, and where it is. @default none */
  readonly own?: OwnCatalog | undefined
}

/** What is looked at when nothing is named: this service, as it runs by default. */
const ownService = ({ name }: OwnCatalog): AuditSettings => ({
  scrape: ['http://127.0.0.1:9464/metrics'],
  dashboards: ['dashboards/*.json'],
  rules: ['dashboards/alerts/*.yaml'],
  catalog: name,
})

/**
 * Audits and reports as flags and settings file say.
 *
 * @returns 0 when nothing new is as severe as `fail-on`, otherwise 1; 2 when something could not be read.
 * @throws {UsageError} for wrong settings.
 */
export async function auditCommand(flags: AuditFlags, output: AuditOutput): Promise<0 | 1 | 2> {
  const settings = { ...(await readAuditSettings(flags.config)), ...flags }
  const { baseline, output: file, 'write-baseline': writesBaseline = false } = settings
  if (writesBaseline && baseline === undefined)
    throw new UsageError('--write-baseline needs --baseline FILE to say where')
  const options = await auditOptions(settings, output)
  const known = baseline !== undefined && !writesBaseline ? await readBaseline(baseline) : undefined
  const audit = await runAudit({ ...options, ...(known && { baseline: known }) })
  for (const problem of audit.problems) output.err(`${output.program}: ${oneLine(problem)}\n`)

  const text = reportText(audit, settings, { ...output, hasColor: output.hasColor && file === undefined })
  if (file === undefined) output.out(text)
  else {
    try {
      await write(file, text)
    } catch (error) {
      // What the audit took time to find is not thrown away for a wrong path.
      output.out(text)
      throw error
    }
    output.err(`The audit found ${countsInWords(audit.findings)}; the report is in ${file}.\n`)
  }
  if (audit.problems.length > 0) {
    // A baseline of half an audit would call the other half new the next time.
    if (writesBaseline)
      output.err(`${output.program}: ${baseline} was not written, as not everything could be read\n`)
    return 2
  }
  if (writesBaseline && baseline !== undefined) {
    await write(baseline, baselineText(audit.findings))
    output.err(`${baseline} now knows ${countsInWords(audit.findings)}.\n`)
    return 0
  }
  return fails(audit, settings['fail-on'] ?? 'error') ? 1 : 0
}

/** The list of all checks, with what each looks for. */
export function listChecks(): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  return checks.map(({ name, description }) => `${name.padEnd(width)}  ${description}\n`).join('')
}

async function auditOptions(
  settings: AuditFlags,
  { own, program }: Pick<AuditOutput, 'own' | 'program'>,
): Promise<AuditOptions> {
  const isNamed = ['scrape', 'dashboards', 'rules', 'prometheus', 'catalog', 'source'].some(
    (input) => settings[input as keyof AuditSettings] !== undefined,
  )
  const inputs = isNamed || own === undefined ? settings : { ...settings, ...ownService(own) }
  const { scrape, dashboards, rules, prometheus, catalog, source } = inputs
  const { scrapes, interval, timeout, header, limits, except, config } = settings
  if (settings['generate-config'] !== undefined && catalog === undefined)
    throw new UsageError(
      '--generate-config needs --catalog to say of what the dashboards and rules were made',
    )
  return {
    ...(scrape !== undefined && { scrape: typeof scrape === 'string' ? [scrape] : scrape }),
    scraping: {
      ...(scrapes !== undefined && { scrapes }),
      ...(interval !== undefined && { intervalMs: interval }),
      ...(timeout !== undefined && { timeoutMs: timeout }),
      ...(header && { headers: header }),
    },
    ...(dashboards && { dashboards }),
    ...(rules && { rules }),
    ...(prometheus !== undefined && { prometheus }),
    ...(settings['prometheus-header'] && { prometheusHeaders: settings['prometheus-header'] }),
    ...(catalog !== undefined && {
      catalog: await catalogOf(catalog, { config: settings['generate-config'], own, program }),
    }),
    ...(source && { source }),
    ...(limits && { limits: limitsOf(limits) }),
    ...(except && { exceptions: except, exceptionsFile: config ?? defaultSettingsFile }),
  }
}

async function catalogOf(
  name: string,
  { config, own, program }: Pick<AuditOutput, 'own' | 'program'> & { readonly config: string | undefined },
): Promise<NonNullable<AuditOptions['catalog']>> {
  const loaded = await loadNamed(name, own)
  const catalog = {
    ...loaded,
    command: `${program} generate${name === own?.name ? '' : ` --catalog ${name}`}${config === undefined ? '' : ` --config ${config}`}`,
  }
  if (config === undefined) return catalog
  const { readGenerateSettings } = await import('../generate/settings-file.ts')
  return { ...catalog, settings: await readGenerateSettings(config, loaded.components) }
}

function limitsOf(limits: NonNullable<AuditSettings['limits']>): Partial<Limits> {
  const of = (key: keyof typeof limits, name: keyof Limits) =>
    limits[key] === undefined ? {} : { [name]: limits[key] }
  return {
    ...of('series-warning', 'seriesWarning'),
    ...of('series-error', 'seriesError'),
    ...of('label-growth', 'labelGrowth'),
    ...of('label-values', 'labelValues'),
  }
}

function reportText(audit: Audit, { format = 'table', level }: AuditFlags, output: AuditOutput): string {
  const { version, hasColor } = output
  if (format === 'json') return jsonReport(audit, { version })
  if (format === 'markdown') return markdownReport(audit, { checks })
  if (format === 'sarif') return sarifReport(audit, { version, checks })
  return tableReport(audit, { hasColor, ...(level && { level }) })
}

function fails({ findings }: Audit, failOn: NonNullable<AuditSettings['fail-on']>): boolean {
  if (failOn === 'none') return false
  return findings.some(({ level }) => levels.indexOf(level) >= levels.indexOf(failOn))
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (cause) {
    const said = reasons[(cause as NodeJS.ErrnoException).code ?? ''] ?? String(cause)
    throw new UsageError(`${file}: it cannot be written: ${said}`, { cause })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist; make it first',
  EACCES: 'that is not permitted; check its permissions and those of its folder',
  EISDIR: 'it is a folder; name a file in it',
  ENOSPC: 'the disk is full',
}
