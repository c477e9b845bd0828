import type { Dashboard } from '../dashboards/dashboard.ts'
import { layoutOf } from '../dashboards/layout-of.ts'
import { classicSections } from './classic-sections.ts'
import type { FilledVariables } from './interpolate.ts'
import { layoutSections } from './layout-sections.ts'
import type { Section } from './section.ts'

/** Puts the panels of a dashboard where Grafana would, section by section, and repeats what is to be repeated. */
export function sectionsOf(dashboard: Dashboard, variables: FilledVariables = new Map()): readonly Section[] {
  const sections =
    dashboard.schema === 'v2'
      ? layoutSections({ dashboard, variables }, layoutOf(dashboard), { depth: 0, scope: new Map() })
      : classicSections(dashboard, variables)
  return sections.filter(({ heading, boxes }) => heading !== undefined || boxes.length > 0)
}
