import type { LocalRecords } from '../../flow/local/local-records.ts'
import type { Did } from '../../model/did.ts'
import type { Nsid } from '../../model/nsid.ts'
import type { RecordAddress } from '../../model/record.ts'
import type { DesyncReason, RepoStatus } from '../../model/repo.ts'
import type { SyncResult } from '../../model/sync.ts'

/** What the tools and resources ask for: the functions of a node, which whoever composes it hands over. */
export interface McpNode {
  search(query: SearchQuery): Promise<{ readonly hits: readonly ShownRecord[]; readonly cursor?: string }>
  query(query: RecordsQuery): Promise<{ readonly records: readonly ShownRecord[]; readonly cursor?: string }>
  /** @returns undefined where no such record is kept. */
  record(address: RecordAddress): Promise<ShownRecord | undefined>
  repos(query: ReposQuery): Promise<{ readonly repos: readonly ShownRepo[]; readonly cursor?: string }>
  /** @returns undefined where no such repo is known. */
  repo(did: Did): Promise<ShownRepo | undefined>
  /** The last failures of a repo's sync runs, the latest first. */
  failures(did: Did): Promise<readonly ShownFailure[]>
  /** Brings a repo up to date; the run counts under the trigger `mcp`. */
  sync(did: Did): Promise<SyncResult>
  /** The own repo; undefined until the node is ready to write it. Absent where a node has none. */
  readonly local?: (() => LocalRecords | undefined) | undefined
  /** Compares what the node exposes with what it declares. @throws {ToolError} where it exposes nothing. */
  audit(): Promise<AuditReport>
  /** What the node measures: its components, and what is written about one of them, or about all, in Markdown. */
  readonly metrics: {
    readonly components: readonly MetricsComponent[]
    docs(component?: string): Promise<string | undefined>
  }
}

export interface SearchQuery extends Page {
  readonly text: string
  readonly collection?: Nsid
}

export interface RecordsQuery extends Page {
  readonly did?: Did
  readonly collection?: Nsid
  readonly linksTo?: string
  readonly where?: Readonly<Record<string, string | number | boolean>>
}

export interface ReposQuery extends Page {
  readonly status?: RepoStatus
}

interface Page {
  readonly limit: number
  readonly cursor?: string
}

/** A record as it is shown: its place, its version, and what it holds. */
export interface ShownRecord {
  readonly uri: string
  readonly cid: string
  readonly rev: string
  readonly indexedAt: string
  readonly value: unknown
  readonly bytes?: string
  readonly score?: number
}

/** A repo as it is shown; what is not known of it is left out, and a list leaves out what comes after `updatedAt`. */
export interface ShownRepo {
  readonly did: Did
  readonly handle?: string | undefined
  readonly status: RepoStatus
  readonly rev?: string | undefined
  readonly data?: string | undefined
  readonly desync?:
    | { readonly reason: DesyncReason; readonly since: string; readonly rev?: string | undefined }
    | undefined
  readonly updatedAt: string
  readonly tracked?: boolean | undefined
  readonly confirmedAt?: string | undefined
  readonly heldEvents?: number | undefined
  readonly sync?:
    | {
        readonly state: string
        readonly attempts: number
        readonly nextTry?: string | undefined
        readonly error?: string | undefined
      }
    | undefined
}

export interface ShownFailure {
  readonly at: string
  readonly trigger: string
  readonly reason: string
  readonly message: string
}

export interface AuditReport {
  /** The most severe first. */
  readonly findings: readonly AuditFinding[]
  /** What was looked at, in words, a line each. */
  readonly looked: readonly string[]
  /** What could not be read, a line each. */
  readonly problems: readonly string[]
}

export interface AuditFinding {
  readonly check: string
  readonly level: 'info' | 'warning' | 'error'
  readonly subject: string
  readonly where: string
  readonly reason: string
  readonly mend: string
}

export interface MetricsComponent {
  readonly name: string
  readonly title: string
  readonly description: string
}
