import type { Query } from '@tidegauge/otel/catalog'
import type { GenerateSettings } from '../../catalog-file/overrides.ts'
import { renderQuery } from '../../catalog-file/render-query.ts'
import { withMatchers } from '../dashboards/matchers.ts'

/** Writes a query for rules: each of its selectors looks at the jobs of the service alone. */
export function ruleQuery(query: Query, settings: GenerateSettings): string {
  return withMatchers(renderQuery(query, settings), jobMatcher(settings))
}

function jobMatcher({ jobs }: GenerateSettings): string {
  const [only = '', ...more] = jobs
  if (more.length === 0) return `job=${JSON.stringify(only)}`
  const literal = jobs.map((job) => job.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return `job=~${JSON.stringify(literal.join('|'))}`
}
