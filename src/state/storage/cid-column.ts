import { CidLinkWrapper, fromString } from '@atcute/cid'

/** A CID as it is stored: 36 bytes instead of 59 characters. A CID of another kind stays text. */
export function cidToColumn(cid: string): Uint8Array | string {
  const usual = usualBytes(cid)
  if (usual !== undefined) return usual
  try {
    const { bytes } = fromString(cid)
    return columnToCid(bytes) === cid ? bytes : cid
  } catch {
    return cid
  }
}

export function columnToCid(column: Uint8Array | string): string {
  return typeof column === 'string' ? column : new CidLinkWrapper(column).$link
}

/**
 * The bytes of a CID as nearly all are: of a block by its SHA-256, in base32. Each is written in one way only, so that
 * nothing has to be compared, which would take ten times as long.
 */
function usualBytes(cid: string): Uint8Array | undefined {
  if (cid.length !== 59 || !(cid.startsWith('bafyrei') || cid.startsWith('bafkrei'))) return undefined
  const bytes = new Uint8Array(36)
  let at = 0
  let bits = 0
  let count = 0
  let isValid = true
  for (let index = 1; index < 59; index++) {
    const value = values[cid.charCodeAt(index) & 127] as number
    isValid &&= value < 32 && cid.charCodeAt(index) < 128
    bits = ((bits << 5) | value) & 0xfff
    count += 5
    if (count < 8) continue
    count -= 8
    bytes[at++] = bits >> count
  }
  // The last character has two bits more than there are, and the beginning two bits less of the length than that has.
  return isValid && (bits & 3) === 0 && bytes[3] === 32 ? bytes : undefined
}

const values = new Uint8Array(128).fill(32)
for (const [value, character] of [...'abcdefghijklmnopqrstuvwxyz234567'].entries())
  values[character.charCodeAt(0)] = value
