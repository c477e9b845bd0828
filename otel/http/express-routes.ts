import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { joinTemplates, routeTemplate } from './route-template.ts'

/** The path of requests that no route has taken. */
export const unmatched = 'unmatched'

/**
 * The template of the route that has taken a request, with the paths that its routers are mounted at:
 * `/api/repos/{did}`. It holds no value that a caller chose. `unmatched` until a route takes the request.
 */
export function routeOf(request: IncomingMessage): string {
  return (request as Followed)[trail]?.route ?? unmatched
}

/** Keeps the `route` of an object what `routeOf` says of a request, from now on. */
export function carryRoute(request: IncomingMessage, carrier: { route?: string }): void {
  carrier.route = routeOf(request)
  trailOf(request as ExpressRequest).carrier = carrier
}

/**
 * Follows requests through the routers of Express 5.3 and later, which tell of each handler that they call on a
 * channel of node:diagnostics_channel: nothing is patched, and it does not matter what was imported first.
 * However often it is called, requests are followed once.
 */
export function followExpressRoutes(): Disposable {
  if (followers++ === 0) subscribe(channel, onHandler)
  let isFollowing = true
  return {
    [Symbol.dispose]() {
      if (isFollowing && --followers === 0) unsubscribe(channel, onHandler)
      isFollowing = false
    },
  }
}

const channel = 'tracing:express.router.request:start'
const trail = Symbol('tidegauge.trail')
let followers = 0

/** What Express tells of a handler that it is about to call. */
interface HandlerCall {
  readonly req: ExpressRequest
  readonly layer: object
  readonly handler: { readonly name: string; readonly stack?: readonly object[] }
  /** The path that the layer matched, one of them where it has several; of a layer inside a route, the route's. */
  readonly route?: string | RegExp
  /** Set when it is a callback for a parameter, which comes before the handlers. */
  readonly param?: unknown
}

interface ExpressRequest extends IncomingMessage, Followed {
  readonly baseUrl: string
  readonly route?: { readonly stack?: readonly object[] }
  readonly app?: App
}

interface App {
  readonly parent?: App
  readonly router?: { readonly stack?: readonly object[] }
}

interface Followed {
  [trail]?: Trail
}

/** How a request came to where it is. */
interface Trail {
  route: string | undefined
  /** The mounted handlers that it has entered, those included that it has left again. */
  readonly mounts: Mount[]
  carrier: { route?: string } | undefined
}

interface Mount {
  /** The part of the real path that has led here. */
  readonly baseUrl: string
  readonly template: string
  readonly handler: HandlerCall['handler']
  /** The application that it is mounted in. */
  readonly app: App | undefined
}

function onHandler(message: unknown): void {
  const { req, layer, handler, route, param } = message as HandlerCall
  if (route === undefined || param !== undefined) return
  if (req.route?.stack?.includes(layer)) {
    const followed = trailOf(req)
    followed.route = joinTemplates(here(followed, req), routeTemplate(route))
    if (followed.carrier) followed.carrier.route = followed.route
  } else if (route !== '/' && req.baseUrl !== '') {
    const { mounts } = trailOf(req)
    // Express takes a path to mount at with or without a slash at its end.
    const path = typeof route === 'string' ? route.replace(/\/+$/, '') : route
    const template = joinTemplates(parentOf(mounts, req, layer), routeTemplate(path))
    mounts.push({ baseUrl: req.baseUrl, template, handler, app: req.app })
  }
}

function trailOf(req: ExpressRequest): Trail {
  req[trail] ??= { route: undefined, mounts: [], carrier: undefined }
  return req[trail]
}

/** The template of where a request is now: of the last mount that its path led to. */
function here({ mounts }: Trail, { baseUrl }: ExpressRequest): string {
  if (baseUrl === '') return ''
  return mounts.findLast((mount) => mount.baseUrl === baseUrl)?.template ?? ''
}

/**
 * The template of the router that holds a layer. Mounts that the request has left again may lie on its path as well,
 * so a router is known by holding the layer; one that cannot be looked into, by its path.
 */
function parentOf(mounts: readonly Mount[], { app, baseUrl }: ExpressRequest, layer: object): string {
  const inApp = app?.router?.stack?.includes(layer) === true
  if (inApp && !app.parent) return ''
  const holder = mounts.findLast(({ handler, app: outer }) =>
    inApp ? handler.name === 'mounted_app' && outer === app.parent : handler.stack?.includes(layer),
  )
  if (holder) return holder.template
  return mounts.findLast((mount) => baseUrl.startsWith(`${mount.baseUrl}/`))?.template ?? ''
}
