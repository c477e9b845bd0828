import { UsageError } from '@tidegauge/otel/usage-error'
import type { Dashboard } from './dashboard.ts'
import type { DashboardBody, KnownPanels } from './dashboard-body.ts'
import { type Field, field, textOf } from './fields.ts'
import { type JsonText, parseJsonText } from './json-text.ts'
import { readClassic } from './read-classic.ts'
import { readElements } from './read-elements.ts'

/** A dashboard is far smaller; Grafana itself refuses to store one of this size. */
const maxLength = 32_000_000

/** Rows included. The largest dashboards that people make have a few hundred. */
const maxPanels = 5000

/**
 * Reads a Grafana dashboard: the classic schema (v1) in all its ages, bare or in the envelope of an API, and v2.
 *
 * @throws {UsageError} with one line that says where and how to fix it, when the text is not a dashboard.
 */
export function readDashboard({ file, text }: { readonly file: string; readonly text: string }): Dashboard {
  if (text.length > maxLength) {
    throw new UsageError(
      `${file}: ${Math.round(text.length / 1e6)} MB is too large for a dashboard (limit ${maxLength / 1e6} MB); leave the file out`,
    )
  }
  return readParsed(file, parseJsonText({ file, text }))
}

/**
 * Reads a dashboard whose text has been parsed, for those that need its positions as well.
 *
 * @param known panels by their nodes, which are taken as they were read from the same nodes before.
 */
export function readParsed(file: string, { root, lines }: JsonText, known?: KnownPanels): Dashboard {
  const { schema, body, name } = findBody(file, { node: root, path: [] })
  const lineAt = ({ node }: Field) => lines.lineOf(node?.start ?? 0)
  const read = (schema === 'v2' ? readElements : readClassic)({ body, name, lineAt, known })
  const count = read.panels.length + read.rows.length
  if (count > maxPanels)
    throw new UsageError(
      `${file}: it has ${count} panels, more than anybody can look at (limit ${maxPanels}); split it`,
    )
  return { file, schema, json: root.value, bodyPath: body.path, ...read }
}

interface FoundBody extends Pick<DashboardBody, 'body' | 'name'> {
  readonly schema: 'v1' | 'v2'
}

/** Looks through the envelopes: a resource with `spec`, the API's `dashboard`, or none. */
export function findBody(file: string, root: Field): FoundBody {
  let body = root
  let name: string | undefined
  for (let envelopes = 0; envelopes < 3; envelopes += 1) {
    const inner = field(body, 'dashboard')
    if (isResource(body)) {
      name = textOf(field(body, 'metadata', 'name'))
      body = field(body, 'spec')
    } else if (inner.node?.members !== undefined && !hasPanels(body)) {
      name ??= textOf(field(body, 'meta', 'uid'))
      body = inner
    } else break
  }
  if (body.node?.members?.has('elements') && body.node.members.has('layout'))
    return { schema: 'v2', body, name }
  if (hasPanels(body)) return { schema: 'v1', body, name }
  throw new UsageError(`${file}: ${whatElse(root)}`)
}

function isResource(of: Field): boolean {
  const members = of.node?.members
  return textOf(field(of, 'apiVersion')) !== undefined && members?.get('spec')?.members !== undefined
}

/** A new dashboard has no panels yet, but a version of its schema. */
function hasPanels(of: Field): boolean {
  const members = of.node?.members
  if (members === undefined) return false
  return (
    members.get('panels')?.items !== undefined ||
    members.get('rows')?.items !== undefined ||
    (members.has('schemaVersion') && members.has('title'))
  )
}

function whatElse(root: Field): string {
  const exported = 'give a dashboard exported from Grafana as JSON'
  if (root.node?.items !== undefined) return `the file holds a list, not a dashboard; ${exported}`
  if (root.node?.members === undefined) return `the file holds a single value, not a dashboard; ${exported}`
  const kind = textOf(field(root, 'kind'))
  if (kind === 'ConfigMap' || kind === 'GrafanaDashboard')
    return `the file holds a ${kind}, in which a dashboard is a text; take it out into a file of its own`
  if (kind !== undefined)
    return `the file holds a ${kind.slice(0, 60)} without panels, not a dashboard; ${exported}`
  return `the file has neither "panels" nor "elements", so it is not a dashboard; ${exported}`
}
