import { type Html, html, trusted } from './html.ts'

/** Markdown as text panels use it: headings, lists, code, emphasis, links. Everything else is text. */
export function markdown(text: string): Html {
  const blocks: Html[] = []
  let list: Html[] = []
  let paragraph: string[] = []
  let code: string[] | undefined
  const flush = () => {
    if (list.length > 0) blocks.push(html`<ul>${list}</ul>`)
    if (paragraph.length > 0) blocks.push(html`<p>${inline(paragraph.join(' '))}</p>`)
    list = []
    paragraph = []
  }
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*```/.test(line)) {
      if (code === undefined) flush()
      else blocks.push(html`<pre>${code.join('\n')}</pre>`)
      code = code === undefined ? [] : undefined
      continue
    }
    if (code !== undefined) {
      code.push(line)
      continue
    }
    const heading = /^(#{1,6})\s+(.*)$/.exec(line)
    const item = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line)
    if (heading) {
      flush()
      const level = trusted(`h${heading[1]?.length ?? 1}`)
      blocks.push(html`<${level}>${inline(heading[2] ?? '')}</${level}>`)
    } else if (item) {
      if (paragraph.length > 0) flush()
      list.push(html`<li>${inline(item[1] ?? '')}</li>`)
    } else if (line.trim() === '') flush()
    else paragraph.push(line.trim())
  }
  if (code !== undefined) blocks.push(html`<pre>${code.join('\n')}</pre>`)
  flush()
  return html`${blocks}`
}

function inline(text: string): Html {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*|__[^_]+__|\*[^*]+\*|\[[^[\]]+\]\([^()\s]+\))/)
  return html`${parts.map((part): Html => {
    if (/^`.+`$/.test(part)) return html`<code>${part.slice(1, -1)}</code>`
    if (/^(\*\*|__).+\1$/.test(part)) return html`<strong>${part.slice(2, -2)}</strong>`
    if (/^\*.+\*$/.test(part)) return html`<em>${part.slice(1, -1)}</em>`
    const [, label, target] = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part) ?? []
    // No address but one of the web: `javascript:` would run.
    if (label !== undefined && target !== undefined && /^https?:\/\//i.test(target))
      return html`<a href="${target}" rel="noreferrer">${label}</a>`
    return html`${label ?? part}`
  })}`
}
