import { z } from 'zod'
import { syncFailures } from '../../model/sync.ts'
import { time } from './words.ts'

/** A kind of problem that the API tells its callers (RFC 9457). */
export interface ProblemType {
  readonly status: number
  /** The same each time. */
  readonly title: string
  /** What it means. */
  readonly meaning: string
  /** What the caller does about it. */
  readonly mend: string
  /** What it tells besides type, title, status and detail. */
  readonly more?: z.ZodRawShape
  /** Whether any route may answer it, which is then not said of each. @default false */
  readonly isCommon?: boolean
}

const reason = z.enum(syncFailures).meta({ description: 'Why the sync run has failed.' })

const errors = z.array(
  z.object({
    pointer: z.string().meta({ description: 'A JSON Pointer into the parameters, or into the body.' }),
    detail: z.string(),
  }),
)

export const problemTypes = {
  'invalid-input': {
    status: 400,
    title: 'The request does not fit the route',
    meaning: 'A parameter, a cursor or the body is not what the route takes.',
    mend: 'Correct what `errors` points at; `detail` says the same in words.',
    more: { errors: errors.optional() },
  },
  'token-required': {
    status: 401,
    title: 'The token is missing or wrong',
    meaning: 'This server has a token, and the request did not bring it.',
    mend: 'Send `Authorization: Bearer TOKEN`, with the token that `--token` or `TIDEGAUGE_TOKEN` gave the server.',
  },
  'foreign-page': {
    status: 403,
    title: 'A page of another origin asks',
    meaning:
      'The `Origin` of the request is not that of this server: a browser sent it for a page of somebody else.',
    mend: 'Ask from a program, or from a page of this server.',
    isCommon: true,
  },
  'foreign-repo': {
    status: 403,
    title: 'The repo is not that of this node',
    meaning: 'Records are written at the host of their repo, and this is the host of one repo alone.',
    mend: 'Write at the host that the DID document names, or into the repo of `ownDid`.',
    more: { ownDid: z.string().meta({ description: 'The DID of the repo that can be written here.' }) },
  },
  'not-found': {
    status: 404,
    title: 'There is no such thing here',
    meaning: 'The path is of no route, or what it names is not kept here.',
    mend: 'Look the path up in the document; `POST /repos` tracks a repo that is not kept.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The route does not support the method',
    meaning: 'There is something at the path, and it cannot be asked so.',
    mend: 'Use one of the methods that the header `Allow` lists.',
    isCommon: true,
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive in time',
    meaning: 'The headers took longer than 10 s, or the whole request longer than 30 s.',
    mend: 'Send the request again, at once.',
    isCommon: true,
  },
  conflict: {
    status: 409,
    title: 'It cannot be done in the present state',
    meaning: 'What was asked for is under way already, or something newer is known.',
    mend: 'Ask again once that has ended; `detail` says what it is.',
    more: { reason: reason.optional() },
  },
  'precondition-failed': {
    status: 412,
    title: 'The record is not what the caller takes it for',
    meaning:
      '`If-Match` or `If-None-Match` does not hold of what is there: somebody has written it meanwhile.',
    mend: 'Read the record again, and send the change that is then wanted.',
    more: {
      current: z
        .string()
        .nullable()
        .meta({ description: 'The CID that the record has now; `null` where there is none.' }),
    },
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    meaning:
      'The body is larger than `--max-body-bytes`, of which those of records and of `/observers` may be 16 times as large; or a record has more than 1,000,000 bytes.',
    mend: 'Send less at a time, or raise `--max-body-bytes`.',
  },
  'url-too-long': {
    status: 414,
    title: 'Path and query are too long',
    meaning: 'Path and query have more than 8192 characters together.',
    mend: 'Shorten them.',
    isCommon: true,
  },
  'not-json': {
    status: 415,
    title: 'The body is not sent as JSON',
    meaning: 'The route takes a JSON body, and got none, or one of another type or in an unknown encoding.',
    mend: 'Send it with `Content-Type: application/json`, as it is or compressed by gzip, deflate or br.',
  },
  misaddressed: {
    status: 421,
    title: 'The server is not known by that name',
    meaning: 'The `Host` of the request is neither an IP address nor `localhost` nor a name of this server.',
    mend: 'Use its IP address, or name it in `--allowed-hosts`.',
    isCommon: true,
  },
  'not-changeable': {
    status: 422,
    title: 'The setting cannot change while the service runs',
    meaning: 'The request names a setting that holds from the start of the service to its end.',
    mend: 'Stop the service, and start it with the new value.',
    more: { errors },
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    meaning: 'The client has sent more requests than `--rate-limit` lets through.',
    mend: 'Wait for the seconds that `Retry-After` says.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    meaning: 'The headers of the request, its path and query included, have more than 16 kB.',
    mend: 'Send fewer or shorter ones.',
    isCommon: true,
  },
  internal: {
    status: 500,
    title: 'The service has failed',
    meaning: 'A defect of the service, or of what it stands on; its log says which, and the answer does not.',
    mend: 'Read the log of the service for the time of the request; report what looks like a defect.',
    isCommon: true,
  },
  'host-failed': {
    status: 502,
    title: 'The host of the repo has failed',
    meaning: 'The host of the repo, or the directory of DIDs, did not answer as it must.',
    mend: 'Ask again later; what was stored has not changed.',
    more: { reason },
  },
  'not-ready': {
    status: 503,
    title: 'A part of the service does not work',
    meaning: 'The process is alive, and a part of it does not work now.',
    mend: 'Do what `mend` says of each of the `reasons`.',
    more: {
      checks: z
        .record(z.string(), z.enum(['ok', 'failing']))
        .meta({ description: 'Each part that is checked.' }),
      reasons: z.array(
        z.object({
          part: z.string(),
          reason: z.string(),
          since: time,
          mend: z.string().meta({ description: 'What to do about it.' }),
        }),
      ),
    },
  },
  'node-starting': {
    status: 503,
    title: 'The own repo cannot be written now',
    meaning: 'The node is starting, or ending, or none runs.',
    mend: 'Ask again after the seconds that `Retry-After` says.',
  },
  'host-busy': {
    status: 503,
    title: 'The host of the repo wants to be left alone',
    meaning: 'The host of the repo limits how often it is asked.',
    mend: 'Ask again after the seconds that `Retry-After` says, where it is sent.',
    more: { reason },
  },
  'host-timeout': {
    status: 504,
    title: 'The host of the repo is too slow',
    meaning: 'The sync run has taken longer than it may.',
    mend: 'Ask again later; what was stored has not changed.',
    more: { reason },
  },
} as const satisfies Readonly<Record<string, ProblemType>>

export type ProblemName = keyof typeof problemTypes

export const problemNames = Object.keys(problemTypes) as readonly ProblemName[]

/** The `type` of a problem: an address, from the root of the server that answers, where a reader finds what it means. */
export function problemUri(name: ProblemName): string {
  return `/docs#problem-${name}`
}

/** The type of problem that a status stands for where nothing else is said; undefined for a status that is none of ours. */
export function problemOfStatus(status: number): ProblemName | undefined {
  return byStatus.get(status)
}

const byStatus = new Map<number, ProblemName>()
for (const name of problemNames)
  if (!byStatus.has(problemTypes[name].status)) byStatus.set(problemTypes[name].status, name)

/** What the body of a problem holds. */
export function problemSchema(name: ProblemName): z.ZodObject {
  const { status, title, more }: ProblemType = problemTypes[name]
  return z.object({
    type: z.literal(problemUri(name)),
    title: z.literal(title),
    status: z.literal(status),
    detail: z.string().optional().meta({ description: 'What went wrong this time, and how to mend it.' }),
    ...more,
  })
}
