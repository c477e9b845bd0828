/**
 * Makes text fit the tokenizer of FTS5, which takes a run of letters for one word: scripts that are written
 * without spaces are split character by character. A query for several of them is a phrase.
 */
export function splitSpaceless(text: string): string {
  return spaceless.test(text) ? text.replaceAll(eachSpaceless, ' $& ') : text
}

/**
 * Writes a query that finds what holds every word of `text`. Quoted, nothing in it is an operator.
 *
 * @returns undefined when there is nothing in the text to search for.
 */
export function matchExpression(text: string): string | undefined {
  const words = new Set(text.split(betweenWords).filter((word) => hasLetters.test(word)))
  if (words.size === 0) return undefined
  return Array.from(words, (word) => `"${splitSpaceless(word)}"`).join(' ')
}

const letters = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`
const spaceless = new RegExp(letters, 'u')
const eachSpaceless = new RegExp(letters, 'gu')

/** What FTS5 (unicode61) does not count as part of a word. Marks belong to the letter before them. */
const betweenWords = /[^\p{L}\p{N}\p{M}\p{Co}]+/u
const hasLetters = /[\p{L}\p{N}\p{Co}]/u
