import type { Dashboard, DashboardPanel, DashboardTarget } from '../../dashboards/dashboard.ts'
import type { Finding, Level } from '../finding.ts'

/** What a check has to say; where it stands comes from dashboard and panel. */
export interface Fault {
  readonly check: string
  readonly level: Level
  readonly reason: string
  readonly mend: string
}

/** A finding about the whole dashboard, or about what stands in a line of it. */
export function dashboardFinding(
  dashboard: Dashboard,
  { line, subject, ...fault }: Fault & { readonly line?: number; readonly subject?: string },
): Finding {
  return {
    ...fault,
    place: { file: dashboard.file, ...(line !== undefined && { line }) },
    subject: [nameOf(dashboard), ...(subject === undefined ? [] : [subject])].join('/'),
  }
}

/** A finding about a panel, at the line of its target if one is given. */
export function panelFinding(
  dashboard: Dashboard,
  panel: DashboardPanel,
  { target, subject, ...fault }: Fault & { readonly target?: DashboardTarget; readonly subject?: string },
): Finding {
  return {
    ...fault,
    place: { file: dashboard.file, line: target?.line ?? panel.line, panel: panelName(panel) },
    subject: [nameOf(dashboard), panelName(panel), ...(subject === undefined ? [] : [subject])].join('/'),
  }
}

/** Title with those of the rows and panels around it; an untitled panel is called by its id. */
export function panelName({ within, title, element, id }: DashboardPanel): string {
  return [...within, title || element || `panel ${id ?? 'without id'}`].join(' / ')
}

/** Uid, or title where there is none. */
function nameOf({ uid, title, file }: Dashboard): string {
  return uid ?? (title || file)
}
