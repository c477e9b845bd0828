/** Text that is HTML already. Only `html` and what escapes by itself make it. */
export interface Html {
  readonly html: string
}

export type HtmlValue = Html | string | number | undefined | readonly (Html | undefined)[]

/** Writes HTML; every value that is put in is escaped, unless it was made here. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { html: strings.map((string, index) => string + written(values[index])).join('') }
}

/** HTML that this program wrote itself: its own style, its own code. Never what a stranger wrote. */
export function trusted(text: string): Html {
  return { html: text }
}

/** Escapes text for element content and for attributes in either quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Data in a script element: nothing in it can end the element or begin a comment. */
export function jsonScript(data: unknown): Html {
  const text = JSON.stringify(data).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return { html: `<script type="application/json">${text}</script>` }
}

function written(value: HtmlValue): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  return Array.isArray(value) ? value.map(written).join('') : (value as Html).html
}
