import { textAt } from '../../dashboards/value-at.ts'
import { html } from '../html.ts'
import { fillText } from '../interpolate.ts'
import { markdown } from '../markdown.ts'
import type { Drawn, PanelView } from '../panel-view.ts'

/** Shows text. HTML of the file is not let in: it is shown as text, without its tags. */
export function drawText({ model, variables }: PanelView): Drawn {
  const content = fillText(textAt(model.options, 'content') ?? '', variables)
  const mode = textAt(model.options, 'mode') ?? 'markdown'
  if (mode === 'code') return { body: html`<div class="scroll"><pre class="text">${content}</pre></div>` }
  const text = mode === 'html' ? content.replaceAll(/<[^<>]*>/g, ' ') : content
  return { body: html`<div class="scroll text">${markdown(text)}</div>` }
}
