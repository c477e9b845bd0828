/** The data of server-sent events (https://html.spec.whatwg.org/#server-sent-events), as they come in. */
export async function* eventsOf({ body }: Pick<Response, 'body'>): AsyncIterable<string> {
  if (body === null) return
  let text = ''
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    const events = (text + part).split(/\r?\n\r?\n/)
    text = events.pop() ?? ''
    for (const event of events) {
      const data = event.split(/\r?\n/).flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? [])
      if (data.length > 0) yield data.join('\n')
    }
  }
}
