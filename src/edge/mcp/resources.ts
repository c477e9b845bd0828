import { type ReadResourceResult, type Resource, ResourceNotFoundError } from '@modelcontextprotocol/server'
import { isDid } from '../../model/did.ts'
import type { McpNode } from './node.ts'
import { addressOf } from './words.ts'

/**
 * What can be read by its URI, besides what tools answer. Repos and records are not named by their at:// URIs, since the
 * SDK takes only what `new URL` takes, and that takes `did:plc:…` for a host with a port.
 */
export const resourceTemplates = [
  {
    name: 'metrics',
    uriTemplate: 'tidegauge://metrics/{component}',
    title: 'Metrics of a component',
    description: 'What one component of this node measures: meaning, labels, panels, bounds and alerts.',
    mimeType: 'text/markdown',
  },
  {
    name: 'repo',
    uriTemplate: 'tidegauge://repos/{did}',
    title: 'A repo',
    description: 'A repo as it is kept here, with its status.',
    mimeType: 'application/json',
  },
  {
    name: 'record',
    uriTemplate: 'tidegauge://records/{did}/{collection}/{rkey}',
    title: 'A record',
    description: 'A record as it is kept here.',
    mimeType: 'application/json',
  },
] as const

export const allMetrics = {
  name: 'metrics',
  uri: 'tidegauge://metrics',
  title: 'All metrics',
  description: 'What this node measures: every metric, with its meaning, labels, panels, bounds and alerts.',
  mimeType: 'text/markdown',
} as const

/** The resources that are listed one by one: of repos and records there are too many. */
export function listedResources({ metrics: { components } }: McpNode): Resource[] {
  const ofComponents = components.map(({ name, title, description }) => ({
    uri: `${allMetrics.uri}/${name}`,
    name: `metrics/${name}`,
    title: `Metrics: ${title}`,
    description,
    mimeType: 'text/markdown',
  }))
  return [allMetrics, ...ofComponents]
}

/** @throws {ResourceNotFoundError} when there is nothing of that URI. */
export async function readResource(node: McpNode, uri: string): Promise<ReadResourceResult> {
  const [kind, ...path] = parts(uri)
  const json = (value: unknown) => ({ uri, mimeType: 'application/json', text: JSON.stringify(value) })
  if (kind === 'metrics' && path.length <= 1) {
    const text = await node.metrics.docs(path[0])
    if (text !== undefined) return { contents: [{ uri, mimeType: 'text/markdown', text }] }
  }
  if (kind === 'repos' && path.length === 1 && isDid(path[0])) {
    const repo = await node.repo(path[0])
    if (repo !== undefined) return { contents: [json(repo)] }
  }
  if (kind === 'records') {
    const address = addressOf(`at://${path.join('/')}`)
    const record = address && (await node.record(address))
    if (record !== undefined) return { contents: [json(record)] }
  }
  throw new ResourceNotFoundError(uri)
}

/** The parts of the path, as they were before a client wrote them into the template. */
function parts(uri: string): readonly string[] {
  const [, path = ''] = /^tidegauge:\/\/(.+)$/.exec(uri) ?? []
  try {
    return path.split('/').map(decodeURIComponent)
  } catch {
    return []
  }
}
