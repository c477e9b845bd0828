import { createHash } from 'node:crypto'
import type { Finding } from './finding.ts'

/** Tells a finding from others, whatever line or number it stands with: by check, file and subject. */
export function fingerprint({ check, place, subject }: Pick<Finding, 'check' | 'place' | 'subject'>): string {
  return createHash('sha256').update([check, place.file, subject].join('\0')).digest('hex').slice(0, 16)
}
