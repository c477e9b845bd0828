import { toBytes } from '@atcute/cbor'
import { isCid, linkTo, parseCid } from '../../net/repo/cid.ts'
import { InvalidRecordError } from './errors.ts'

/**
 * Reads JSON as AT Protocol's data model has it (https://atproto.com/specs/data-model), more strictly than hosts do:
 * what would be changed in silence, or stored and not be readable everywhere, is refused.
 *
 * @returns what the encoder of DAG-CBOR takes.
 * @throws {InvalidRecordError} that points at the value.
 */
export function fromJson(value: unknown, pointer = '', levels = maxLevels): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number') return readNumber(value, pointer)
  if (typeof value === 'string') return readText(value, pointer)
  if (typeof value !== 'object') throw wrong(pointer, 'is not a JSON value')
  if (levels === 0) throw wrong(pointer, `lies deeper than ${maxLevels} levels`)
  if (Array.isArray(value)) return value.map((one, index) => fromJson(one, `${pointer}/${index}`, levels - 1))
  if (Object.hasOwn(value, '$link')) return readLink(value, pointer)
  if (Object.hasOwn(value, '$bytes')) return readBytes(value, pointer)
  const entries = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(
    entries.map(([key, one]) => {
      readText(key, pointer)
      // The decoders of others drop it, or worse.
      if (key === '__proto__') throw wrong(pointer, 'has the key __proto__, which may not be used')
      return [key, fromJson(one, `${pointer}/${escaped(key)}`, levels - 1)]
    }),
  )
}

/** A key as a part of a JSON pointer (RFC 6901). */
export function escaped(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1')
}

/** Less than the format of repos allows, which counts the record itself as well. */
const maxLevels = 60

function readNumber(value: number, pointer: string): number {
  if (!Number.isSafeInteger(value))
    throw wrong(pointer, `is ${value}, and numbers have to be whole and between -(2^53 - 1) and 2^53 - 1`)
  // There is no negative zero among the integers.
  return value === 0 ? 0 : value
}

function readText(value: string, pointer: string): string {
  if (!value.isWellFormed()) throw wrong(pointer, 'has half of a surrogate pair, which is no Unicode text')
  return value
}

function readLink(value: object, pointer: string): unknown {
  const { $link } = value as { readonly $link: unknown }
  if (Object.keys(value).length === 1 && typeof $link === 'string' && isCid($link))
    return linkTo(parseCid($link))
  throw wrong(pointer, 'is not a link: that is {"$link": "bafy…"}, a CID of version 1 alone')
}

function readBytes(value: object, pointer: string): unknown {
  const { $bytes } = value as { readonly $bytes: unknown }
  if (Object.keys(value).length === 1 && typeof $bytes === 'string' && base64.test($bytes))
    return toBytes(new Uint8Array(Buffer.from($bytes, 'base64')))
  throw wrong(pointer, 'is not bytes: those are {"$bytes": "…"}, with base64 alone')
}

/** With or without padding, as the specification wants it to be accepted. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

function wrong(pointer: string, what: string): InvalidRecordError {
  return new InvalidRecordError(`${pointer || 'the record'} ${what}`, pointer)
}
