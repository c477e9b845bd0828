import { getDocs, getOpenApi } from '../contract/docs.ts'
import { openApi } from '../contract/openapi.ts'
import { docsPage } from '../contract/page.ts'
import { answer, type Handled } from './routing.ts'

/** `GET /openapi.json` and `GET /docs`, for everybody: they tell nothing of this server but its version. */
export function docsRoutes(version: string): readonly Handled[] {
  let document: ReturnType<typeof openApi> | undefined
  let page: ReturnType<typeof docsPage> | undefined
  // Made when they are first asked for: few processes are.
  const described = () => {
    document ??= openApi(version)
    return document
  }
  return [
    answer(getOpenApi, () => ({ status: 200, body: { ...described() } })),
    answer(getDocs, () => {
      page ??= docsPage(described())
      const { html, styleHash } = page
      const policy = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
      return { status: 200, headers: { 'Content-Security-Policy': policy }, body: html }
    }),
  ]
}
