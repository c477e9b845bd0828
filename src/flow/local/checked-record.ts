import { isNsid } from '../../model/nsid.ts'
import { isRecordKey } from '../../model/record.ts'
import { type Block, encodeBlock } from '../../net/repo/block.ts'
import { checkCanonical } from '../../net/repo/canonical.ts'
import { maxRecordBytes } from '../../net/repo/record.ts'
import { fromJson } from './data-model.ts'
import { InvalidRecordError, RecordTooLargeError } from './errors.ts'
import { checkLexicon } from './lexicon.ts'
import type { LocalKey, RecordValue } from './local-records.ts'

/** @throws {InvalidRecordError} when no record can stand there. */
export function checkKey({ collection, rkey }: LocalKey): void {
  if (!isNsid(collection))
    throw new InvalidRecordError(`${collection} is not a collection, such as app.bsky.feed.post`)
  if (!isRecordKey(rkey))
    throw new InvalidRecordError(
      `${rkey} is not a record key: letters, digits and . _ : ~ - alone, 512 at most`,
    )
}

/**
 * Checks a record, and writes it as it is stored. Without `$type` it is taken for one of its collection.
 *
 * @throws {InvalidRecordError}, {RecordTooLargeError}
 */
export async function checkedRecord(key: LocalKey, value: RecordValue): Promise<Block> {
  checkKey(key)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidRecordError('a record has to be an object')
  const { $type = key.collection } = value
  if ($type !== key.collection)
    throw new InvalidRecordError(`$type has to be the collection, ${key.collection}`, '/$type')
  const typed = { ...value, $type }
  const model = fromJson(typed)
  await checkLexicon(key, typed)
  const block = encodeBlock(model)
  if (block.bytes.length > maxRecordBytes) throw new RecordTooLargeError(block.bytes.length, maxRecordBytes)
  // What others would refuse to take in is refused here, by the same check.
  checkCanonical(block.bytes)
  return block
}
