import type { Storage } from '../state/storage/storage.ts'

/** Where repos and events come from. */
export interface Source {
  /** The relay or PDS that is followed. */
  readonly relay: URL
  /** The directory of `did:plc`. */
  readonly plc: URL
  /** Whether hosts on loopback may be asked, and over http there. */
  readonly allowLoopback: boolean
  /** The cursor is kept under this name. */
  readonly host: string
  /** Whether it is the embedded demo network, which runs only as long as the node does. */
  readonly isDemo: boolean
}

/** Remembers the source, for commands that work on the folder while no node runs. */
export async function rememberSource(storage: Pick<Storage, 'setNote'>, source: Source): Promise<void> {
  const { relay, plc, ...rest } = source
  await storage.setNote(noteKey, JSON.stringify({ relay: relay.href, plc: plc.href, ...rest }))
}

/** @returns the source that was last remembered; undefined before the first. */
export async function rememberedSource(storage: Pick<Storage, 'note'>): Promise<Source | undefined> {
  const note = await storage.note(noteKey)
  if (note === undefined) return undefined
  const { relay, plc, ...rest } = JSON.parse(note)
  return { relay: new URL(relay), plc: new URL(plc), ...rest }
}

const noteKey = 'source'
