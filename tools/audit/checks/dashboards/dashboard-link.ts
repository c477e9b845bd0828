import type { Dashboard } from '../../../dashboards/dashboard.ts'
import { listAt, stringsIn, textAt, valueAt } from '../../../dashboards/value-at.ts'
import type { Check } from '../../check.ts'
import type { Finding } from '../../finding.ts'
import { dashboardFinding } from '../dashboard-finding.ts'

const check = 'dashboard-link'

export const dashboardLink: Check = {
  name: check,
  description:
    'Links to dashboards, by uid or by tag, that are not among those read; silent when only one was read.',
  *run({ dashboards }) {
    if (dashboards.length < 2) return
    const uids = new Set(dashboards.map(({ uid }) => uid))
    const tags = new Set(dashboards.flatMap((each) => each.tags))
    for (const dashboard of dashboards) {
      const targets = new Set(stringsIn(dashboard.json).flatMap(uidsIn))
      for (const uid of targets) {
        if (uids.has(uid)) continue
        const reason = `A link leads to the dashboard ${uid}, which is not among those read.`
        const mend = 'Correct the uid, or have the audit read that dashboard too.'
        yield dashboardFinding(dashboard, { check, level: 'warning', reason, mend, subject: uid })
      }
      yield* deadTags(dashboard, tags)
      yield* nowhere(dashboard)
    }
  },
}

/** `/d/uid/slug`, on any host, not the unit `d/s`; a uid that comes from a variable cannot be known. */
function uidsIn(text: string): readonly string[] {
  if (!text.includes('d/')) return []
  return [...text.matchAll(/(?:^|[/("'=])d\/([A-Za-z0-9_-]+)(?=[/?#]|$)/g)].map(([, uid]) => uid ?? '')
}

function* nowhere(dashboard: Dashboard): Generator<Finding> {
  const body = valueAt(dashboard.json, ...dashboard.bodyPath)
  for (const link of listAt(body, 'links')) {
    if (textAt(link, 'type') !== 'link' || textAt(link, 'url')?.trim()) continue
    const title = textAt(link, 'title') ?? 'without title'
    yield dashboardFinding(dashboard, {
      check,
      level: 'warning',
      reason: `The link ${JSON.stringify(title)} has no address.`,
      mend: 'Give it a url, or remove it.',
      subject: title,
    })
  }
}

function* deadTags(dashboard: Dashboard, tags: ReadonlySet<string>): Generator<Finding> {
  const body = valueAt(dashboard.json, ...dashboard.bodyPath)
  for (const link of listAt(body, 'links')) {
    if (textAt(link, 'type') !== 'dashboards') continue
    for (const tag of listAt(link, 'tags')) {
      if (typeof tag !== 'string' || tags.has(tag)) continue
      const reason = `A link lists the dashboards with the tag ${tag}, which none of those read has.`
      const mend = 'Correct the tag, or give it to the dashboards.'
      yield dashboardFinding(dashboard, { check, level: 'warning', reason, mend, subject: tag })
    }
  }
}
