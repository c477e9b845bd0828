import { encode, toBytes } from '@atcute/cbor'
import { isLink, linkedCid, linkTo, parseCid } from '../../../src/net/repo/cid.ts'
import { type Draft, type Fields, fieldsOf, rewrite } from './draft.ts'
import type { Forge, Tools } from './forge.ts'

/** Alters a field of the signed commit, and signs it as somebody else, anew, or not at all. */
export const forgeCommit: Forge = async (draft, tools) => {
  const { random, other, record } = tools
  if (random.next() < 0.2) return takeCommit(draft, tools)
  const fields = fieldsOf(draft, draft.commit)
  if (fields === undefined) return 'nothing'
  const field = random.pick(['did', 'rev', 'data', 'prev', 'version', 'sig', 'extra'])
  const { body, data } = other()
  const of: Fields = { did: body.repo, rev: body.rev, data: linkTo(data), prev: linkTo(record()), extra: 1 }
  if (random.next() < 0.2) delete fields[field]
  else fields[field] = of[field] ?? random.pick([null, 0, 2, '', {}])
  // What is said outside of it may fit what it says.
  if (random.next() < 0.6 && field === 'did') draft.message.repo = fields.did
  if (random.next() < 0.6 && field === 'rev') draft.message.rev = fields.rev
  return `another ${field} in the commit, ${await sign(draft, fields, tools)}`
}

/** Gives the commit the fields and one signature or another. @returns whose. */
export async function sign(draft: Draft, fields: Fields, { random, model }: Tools): Promise<string> {
  const { sig, ...unsigned } = fields
  const what = random.pick(['as it was signed', 'signed by a stranger', 'signed by its owner', 'not signed'])
  if (what === 'not signed') delete fields.sig
  if (what.startsWith('signed by')) {
    const strangers = [model.stranger, ...model.repos.filter(({ did }) => did !== draft.repo.did)]
    const signer = what === 'signed by its owner' ? draft.repo : random.pick(strangers)
    fields.sig = toBytes(await signer.sign(encode(unsigned)))
    const { did, rev, data } = fields
    // What somebody has signed of his own repo is true, whoever had him sign it.
    if (did === signer.did && typeof rev === 'string' && isLink(data))
      draft.signed.push({ did: signer.did, rev, data: linkedCid(data) })
  }
  rewrite(draft, draft.commit, encode(fields))
  return what
}

/** Takes over the commit of another state, of this repo or another, whole. */
function takeCommit(draft: Draft, { other, model }: Tools): string {
  const { body } = other()
  const cid = parseCid(body.commit.$link)
  draft.blocks.push({ cid, bytes: model.blocks.get(cid) as Uint8Array })
  draft.commit = cid
  draft.message.commit = linkTo(cid)
  return `the commit ${body.rev} of ${body.repo}`
}
