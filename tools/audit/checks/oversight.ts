/**
 * Whether what few lack was forgotten rather than left out on purpose: nearly all others have it. Then its lack is worth
 * a warning where it would be a note otherwise.
 */
export function isOversight({
  lacking,
  having,
}: {
  readonly lacking: number
  readonly having: number
}): boolean {
  return lacking > 0 && having >= 6 * lacking
}
