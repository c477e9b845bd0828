/**
 * Why events are known to be missing.
 *
 * - `outdated`: the relay no longer keeps all since our place in its stream
 * - `reset`: the relay, or another in its place, has begun another sequence; the stream starts over in that
 */
export type GapKind = 'outdated' | 'reset'
