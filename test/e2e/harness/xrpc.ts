import { request } from './network.ts'

/** Calls a PDS (https://atproto.com/specs/xrpc). */
export class Xrpc {
  readonly #url: string
  readonly #adminPassword: string

  constructor(url: string, adminPassword: string) {
    this.#url = url
    this.#adminPassword = adminPassword
  }

  /** @param jwt of the account that calls, where that matters. */
  query<Answer>(
    method: string,
    parameters: Record<string, string | number> = {},
    jwt?: string,
  ): Promise<Answer> {
    const url = new URL(`/xrpc/${method}`, this.#url)
    for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, String(value))
    return this.#call(url, { headers: { ...(jwt && { authorization: `Bearer ${jwt}` }) } })
  }

  /** @param jwt of the account that calls. */
  procedure<Answer>(method: string, jwt: string | undefined, input?: object): Promise<Answer> {
    return this.#post(method, jwt && `Bearer ${jwt}`, input)
  }

  upload(method: string, jwt: string, body: Uint8Array<ArrayBuffer>, type: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${jwt}`, 'content-type': type }
    return this.#call(new URL(`/xrpc/${method}`, this.#url), { method: 'POST', headers, body })
  }

  admin<Answer>(method: string, input: object): Promise<Answer> {
    const secret = Buffer.from(`admin:${this.#adminPassword}`).toString('base64')
    return this.#post(method, `Basic ${secret}`, input)
  }

  #post<Answer>(method: string, authorization: string | undefined, input?: object): Promise<Answer> {
    const headers = {
      ...(input && { 'content-type': 'application/json' }),
      ...(authorization && { authorization }),
    }
    const body = input && JSON.stringify(input)
    return this.#call(new URL(`/xrpc/${method}`, this.#url), { method: 'POST', headers, body })
  }

  async #call<Answer>(url: URL, init: RequestInit): Promise<Answer> {
    const response = await request(url, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`${url.pathname}: ${response.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as Answer
  }
}
