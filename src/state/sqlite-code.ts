/** The primary result code of SQLite, without its extension; undefined for an error of another kind. */
export function sqliteCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: number }
  return errcode === undefined ? undefined : errcode & 0xff
}
