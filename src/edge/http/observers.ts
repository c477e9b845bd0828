import { encode } from '@atcute/cbor'
import type { ObservedEvent } from '../../flow/observers/observed-event.ts'
import { createdBy } from '../../flow/observers/trial.ts'
import { wallClock } from '../../model/clock.ts'
import { isDid } from '../../model/did.ts'
import { isNsid } from '../../model/nsid.ts'
import { isRecordKey, type RecordAddress } from '../../model/record.ts'
import type { Storage } from '../../state/storage/storage.ts'
import { listObservers, replayObservers, testObservers } from '../contract/observers.ts'
import type { InputOf } from '../contract/route.ts'
import type { Control } from './control.ts'
import { Problem } from './problem.ts'
import { answer, type Handled } from './routing.ts'

export interface ObserverRoutesOptions {
  readonly storage: Pick<Storage, 'get'>
  readonly control: Pick<Control, 'observers'>
}

/** `/observers`, and what they would do. */
export function observerRoutes({
  storage,
  control: { observers },
}: ObserverRoutesOptions): readonly Handled[] {
  return [
    answer(listObservers, async () => ({ status: 200, body: { observers: await observers.list() } })),
    answer(testObservers, async ({ body: { event, observers: given } }) => ({
      status: 200,
      body: { observers: await observers.test(await eventOf(event, storage), given) },
    })),
    answer(replayObservers, async ({ body: { since, observers: given } }) => ({
      status: 200,
      body: await observers.replay(Date.parse(since), given),
    })),
  ]
}

async function eventOf(
  input: InputOf<typeof testObservers>['body']['event'],
  storage: Pick<Storage, 'get'>,
): Promise<ObservedEvent> {
  if ('uri' in input) {
    const stored = await storage.get(addressOf(input.uri))
    if (stored === undefined) throw new Problem(404, { detail: `no record ${input.uri} is kept here` })
    return createdBy(stored)
  }
  const { record, ...place } = input
  const base = { ...place, rev: 'test', timeMs: wallClock() }
  return record === undefined ? base : { ...base, bytes: bytesOf(record) }
}

function addressOf(uri: string): RecordAddress {
  const [, did, collection, rkey] = /^at:\/\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(uri) ?? []
  if (isDid(did) && isNsid(collection) && isRecordKey(rkey)) return { did, collection, rkey }
  throw new Problem(400, { detail: 'event.uri: must be the at:// URI of a record, with a DID' })
}

function bytesOf(record: object): Uint8Array {
  try {
    return encode(record)
  } catch (error) {
    throw new Problem(400, { detail: `event.record: cannot be a record: ${(error as Error).message}` })
  }
}
