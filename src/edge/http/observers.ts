import { encode } from '@atcute/cbor'
import { Router } from 'express'
import type { z } from 'zod'
import type { ObservedEvent } from '../../flow/observers/observed-event.ts'
import { createdBy } from '../../flow/observers/trial.ts'
import { wallClock } from '../../model/clock.ts'
import { isDid } from '../../model/did.ts'
import { isNsid } from '../../model/nsid.ts'
import { isRecordKey, type RecordAddress } from '../../model/record.ts'
import type { Storage } from '../../state/storage/storage.ts'
import type { Control } from './control.ts'
import { checked, jsonBody, observerReplay, observerTest } from './input.ts'
import { onlyMethods, Problem } from './problem.ts'

export interface ObserverRoutesOptions {
  readonly storage: Pick<Storage, 'get'>
  readonly control: Pick<Control, 'observers'>
  readonly maxBodyBytes: number
}

/** `/observers`, and what they would do. */
export function observerRoutes({
  storage,
  control: { observers },
  maxBodyBytes,
}: ObserverRoutesOptions): Router {
  const router = Router()

  router
    .route('/observers')
    .get(async (_request, response) => {
      response.json({ observers: await observers.list() })
    })
    .all(onlyMethods('GET'))

  router
    .route('/observers/test')
    .post(...jsonBody(maxBodyBytes), async (request, response) => {
      const { event, observers: given } = checked(observerTest, request.body)
      response.json({ observers: await observers.test(await eventOf(event, storage), given) })
    })
    .all(onlyMethods('POST'))

  router
    .route('/observers/replay')
    .post(...jsonBody(maxBodyBytes), async (request, response) => {
      const { since, observers: given } = checked(observerReplay, request.body)
      response.json(await observers.replay(Date.parse(since), given))
    })
    .all(onlyMethods('POST'))

  return router
}

async function eventOf(
  input: z.output<typeof observerTest>['event'],
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
