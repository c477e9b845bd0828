import { UsageError } from '@tidegauge/otel/usage-error'
import { type AuditArguments, auditFlags, parseAuditArguments } from './audit-flags.ts'
import type { Command, ExitCode, Terminal } from './command.ts'

export interface AuditCommandOptions {
  /** Does the audit and writes its report. @throws an error of type `usage` */
  readonly audit: (flags: AuditArguments, terminal: Terminal) => Promise<ExitCode>
  /** The list of all checks, as text. */
  readonly listChecks: () => Promise<string>
}

/** `tidegauge audit`. */
export function auditCommand({ audit, listChecks }: AuditCommandOptions): Command {
  return {
    name: 'audit',
    summary: 'Find what is wrong with metrics, dashboards and alerts, of this service or of any other.',
    synopsis: '[FLAGS]',
    details: auditFlags,
    examples: [
      {
        type: 'tidegauge audit',
        toDo: 'Audit the running tidegauge with the dashboards and rules in dashboards/.',
      },
      {
        type: "tidegauge audit --scrape http://shop:8080/metrics --dashboards 'grafana/**/*.json' --rules 'rules/*.yaml'",
        toDo: 'Audit another service, in whatever language it is written.',
      },
      {
        type: 'tidegauge audit --scrape http://shop:8080/metrics --source src --markdown --output audit.md',
        toDo: 'Write a report for people, with where each metric is recorded.',
      },
      {
        type: 'tidegauge audit --baseline audit-baseline.json --fail-on warning',
        toDo: 'In CI: exit with 1 when something new is found.',
      },
    ],
    async run(args, terminal) {
      if (!args.includes('--list-checks')) return audit(parseAuditArguments(args), terminal)
      if (args.length > 1) throw new UsageError('--list-checks stands alone; leave the other flags out')
      terminal.out(await listChecks())
      return 0
    },
  }
}
