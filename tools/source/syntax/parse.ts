import type { Parser, TreeCursor } from '@vscode/tree-sitter-wasm'
import { type Grammar, loadParser } from './grammars.ts'
import { type Source, Syntax } from './syntax.ts'
import { Words } from './words.ts'

/** Parses a text. What the grammar cannot read becomes `ERROR` nodes; the rest of the text is still there. */
export type Parse = (
  text: string,
  grammar: Grammar,
  firstLine?: number,
) => { readonly root: Syntax; readonly hasErrors: boolean }

/** A text has so many faults that to find a meaning in it takes too long. */
export class TooManyFaults extends Error {
  override readonly name = 'TooManyFaults'
}

/** What texts with faults may take together beyond what any text may, in milliseconds: many faults take the square of their number. */
const limitMs = 3000

/** Three times as long as a text without faults takes. */
const msPerCharacter = 0.001

/**
 * Loads the grammars, each once; what is parsed afterwards needs no waiting.
 *
 * @throws {TooManyFaults} from what it returns, when texts with faults have taken 3 s more than others would.
 */
export async function loadGrammars(grammars: Iterable<Grammar>): Promise<Parse> {
  const loaded = new Map<Grammar, Parser>()
  let spentMs = 0
  for (const grammar of new Set(grammars)) loaded.set(grammar, await loadParser(grammar))
  return (text, grammar, firstLine = 1) => {
    const parser = loaded.get(grammar)
    if (!parser) throw new Error(`the ${grammar} grammar is not loaded`)
    const begunMs = performance.now()
    const mayTakeMs = text.length * msPerCharacter + Math.max(0, limitMs - spentMs)
    const tree = parser.parse(text, null, {
      progressCallback: () => performance.now() - begunMs > mayTakeMs,
    })
    if (tree?.rootNode.hasError !== false) spentMs += performance.now() - begunMs
    if (!tree) {
      parser.reset()
      throw new TooManyFaults()
    }
    const cursor = tree.walk()
    try {
      const of = words.get(grammar) ?? new Words(grammar)
      words.set(grammar, of)
      const source = { text, firstLine, lines: lineStarts(text), words: of }
      return { root: copied(source, cursor), hasErrors: tree.rootNode.hasError }
    } finally {
      cursor.delete()
      tree.delete()
    }
  }
}

const words = new Map<Grammar, Words>()

/** Copies without recursion: an expression nested ten thousand deep must not end the audit. */
function copied(source: Source, cursor: TreeCursor): Syntax {
  const root = new Syntax(source, cursor)
  const around: Syntax[] = [root]
  for (let isDown = cursor.gotoFirstChild(); ; ) {
    const parent = around.at(-1)
    if (parent === undefined) return root
    if (isDown) {
      const node = new Syntax(source, cursor)
      parent.children.push(node)
      if (node.isOpen && cursor.gotoFirstChild()) around.push(node)
      else isDown = cursor.gotoNextSibling()
    } else {
      around.pop()
      if (around.length === 0 || !cursor.gotoParent()) return root
      isDown = cursor.gotoNextSibling()
    }
  }
}

function lineStarts(text: string): number[] {
  const starts: number[] = []
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
