/** How much of an answer is taken, and how long it may take. */
export interface FetchLimits {
  /** Longest body, in bytes after decompression. @default 1_000_000 */
  readonly maxBytes?: number
  /** Longest headers, in bytes. @default 16_384 */
  readonly maxHeaderBytes?: number
  /** How many redirects are followed. @default 3 */
  readonly maxHops?: number
  /** How long it may take until a connection stands, the look-up of the name included, in ms. @default 10_000 */
  readonly connectMs?: number
  /** How long it may take from the request until the headers of the answer are there, in ms. @default 15_000 */
  readonly firstByteMs?: number
  /** The longest pause within a body, in ms. @default 30_000 */
  readonly idleMs?: number
  /** How long the whole may take, redirects and the reading of the body included, in ms. @default 60_000 */
  readonly wholeMs?: number
}

export type Limits = Required<FetchLimits>

export function withDefaults({
  maxBytes = 1_000_000,
  maxHeaderBytes = 16_384,
  maxHops = 3,
  connectMs = 10_000,
  firstByteMs = 15_000,
  idleMs = 30_000,
  wholeMs = 60_000,
}: FetchLimits): Limits {
  return { maxBytes, maxHeaderBytes, maxHops, connectMs, firstByteMs, idleMs, wholeMs }
}
