import { CidLinkWrapper, fromString } from '@atcute/cid'

/** A CID as it is stored: 36 bytes instead of 59 characters. A CID of another kind stays text. */
export function cidToColumn(cid: string): Uint8Array | string {
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
