import type { Did } from '../../../model/did.ts'
import type { AuditReport, McpNode, ShownRecord, ShownRepo } from '../node.ts'

export const did: Did = 'did:plc:aliceaaaaaaaaaaaaaaaaaaa'

export const record: ShownRecord = {
  uri: `at://${did}/app.bsky.feed.post/3k2a`,
  cid: 'bafyreih3j5rwplgywpoufduocgtt7bi3qnvqgumzxxtgz7n4ycx227cmka',
  rev: '3k2b',
  indexedAt: '2026-11-30T12:00:00.000Z',
  value: { $type: 'app.bsky.feed.post', text: 'high tide' },
}

export const repo: ShownRepo = {
  did,
  status: 'synced',
  handle: 'alice.test',
  updatedAt: '2026-11-30T12:00:00.000Z',
}

export const report: AuditReport = {
  findings: (['error', 'warning', 'info'] as const).map((level) => ({
    check: 'metric-unwatched',
    level,
    subject: 'sync_runs_total',
    where: 'src/catalog/catalog.ts',
    reason: 'Nobody watches it.',
    mend: 'Declare an alert.',
  })),
  looked: ['the catalog: 1 metrics'],
  problems: [],
}

/** A node that keeps one record of one repo; a test says what it needs otherwise. */
export function createTestNode(own: Partial<McpNode> = {}): McpNode {
  return {
    search: async () => ({ hits: [{ ...record, score: 1 }], cursor: 'next' }),
    query: async () => ({ records: [record] }),
    record: async ({ rkey }) => (rkey === '3k2a' ? record : undefined),
    repos: async () => ({ repos: [repo] }),
    repo: async (asked) => (asked === did ? repo : undefined),
    failures: async () => [
      { at: '2026-11-30T12:00:00.000Z', trigger: 'mcp', reason: 'network', message: 'the host is down' },
    ],
    sync: async () => ({ did, rev: '3k2b', records: 2, sizeBytes: 1000, joined: false }),
    audit: async () => report,
    metrics: {
      components: [{ name: 'sync', title: 'Sync', description: 'Repos that are brought up to date.' }],
      docs: async (component) => (component === 'none' ? undefined : `# ${component ?? 'all'}`),
    },
    ...own,
  }
}
