import type { Storage } from '../../state/storage/storage.ts'

/** A gap that is being worked on, as it is kept. */
export interface GapState {
  /** When the work may begin, in ms since 1970. */
  dueMs: number
  /** Where marking stands; absent once every repo is marked. */
  mark?: MarkState
  /** Pages of the source's listing first, then repos one by one. */
  phase: 'list' | 'ask'
  /** Of the listing, or of our own repos. */
  cursor?: string
  /** Which of `askedStatuses` is gone through. */
  status: number
  /** Pages that were listed. */
  pages: number
  /** Whether the source lists more than is read, or nothing. @default false */
  isBeyondListing?: boolean
  /** Repos that were compared. */
  done: number
  confirmed: number
  stale: number
  /** When one more run may begin, in ms since 1970, since there was another gap; absent where there was none. */
  againMs?: number
}

export interface MarkState {
  /** The last entry of the stream of live events before the gap. */
  readonly after: number
  /** Which of `markedStatuses` and `doubtedStatuses` is gone through. */
  status: number
  cursor?: string
  /** Whether events are missing for certain, which may have told of identities. @default false */
  readonly isCertain?: boolean
}

/** Repos of which something is said that a gap makes doubtful. */
export const markedStatuses = ['synced', 'syncing', 'deactivated', 'suspended', 'takendown'] as const

/** Repos that are out of sync anyway, of which it may be the handle that is doubtful. */
export const doubtedStatuses = ['desync', 'error'] as const

/** Repos that may be out of sync because of a gap. */
export const askedStatuses = ['desync', 'deactivated', 'suspended', 'takendown'] as const

export function newGap(dueMs: number, after: number, isCertain = false): GapState {
  return {
    dueMs,
    mark: { after, status: 0, ...(isCertain && { isCertain }) },
    phase: 'list',
    status: 0,
    pages: 0,
    done: 0,
    confirmed: 0,
    stale: 0,
  }
}

export async function loadGap(storage: Pick<Storage, 'note'>): Promise<GapState | undefined> {
  const text = await storage.note(gapNote)
  return text === undefined ? undefined : JSON.parse(text)
}

export async function saveGap(storage: Pick<Storage, 'setNote'>, gap: GapState | undefined): Promise<void> {
  await storage.setNote(gapNote, gap && JSON.stringify(gap))
}

const gapNote = 'gap'
