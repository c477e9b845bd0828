import type { Block } from '../../../src/net/repo/block.ts'
import { type Cid, linkTo } from '../../../src/net/repo/cid.ts'
import type { Forge, Tools } from './forge.ts'

/** Drops, repeats, reorders or swaps blocks of the CAR file, adds those of others, or alters its roots. */
export const forgeBlocks: Forge = (draft, tools) => {
  const { random } = tools
  const { blocks } = draft
  const at = random.int(blocks.length)
  const block = blocks[at] as Block
  switch (random.int(8)) {
    case 0:
      blocks.splice(at, 1)
      return 'without a block'
    case 1:
      blocks.push(block, block)
      return 'a block repeated'
    case 2:
      blocks.sort(() => random.next() - 0.5)
      return 'blocks in another order'
    case 3:
      blocks.splice(random.next() < 0.5 ? 0 : blocks.length, 0, ...strange(tools))
      return 'blocks of other commits'
    case 4: {
      const [one] = strange(tools)
      blocks.splice(at, random.int(2), { cid: block.cid, bytes: one?.bytes ?? block.bytes })
      return 'the bytes of one block under the CID of another'
    }
    case 5: {
      // The same bytes as raw ones, which need not be in the canonical form.
      const raw: Cid = `\x01\x55${block.cid.slice(2)}`
      blocks[at] = { cid: raw, bytes: block.bytes }
      if (block.cid === draft.commit) draft.message.commit = linkTo(raw)
      return 'a block as raw bytes'
    }
    case 6:
      draft.roots = random.pick([[], [block.cid], [...draft.roots, block.cid], [tools.other().data]])
      return 'other roots'
    default: {
      const bytes = Buffer.from(block.bytes)
      bytes[random.int(bytes.length)] = random.int(256)
      blocks[at] = { cid: block.cid, bytes }
      return 'a byte of a block'
    }
  }
}

/** Some blocks that anybody has sent. */
function strange({ random, model }: Tools): readonly Block[] {
  return Array.from({ length: 1 + random.int(8) }, () => random.pick(model.allBlocks))
}
