/** Answers with JSON, and times the request. */
export function createHandler({ routes, timing, running, failures }) {
  return async (request, response) => {
    running.inc()
    const end = timing.startTimer({ method: request.method, route: request.url })
    const { status, body } = await answer(routes, request, failures)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    end({ status: String(status) })
  }
}

async function answer(routes, request, failures) {
  const url = new URL(request.url, 'http://localhost')
  const route = routes.get(`${request.method} ${url.pathname}`)
  if (!route) return { status: 404, body: { error: 'no such page' } }
  if (route.needsLogin && request.headers.authorization === undefined) {
    failures.inc({ user_id: request.headers['x-user'] ?? 'nobody' })
    return { status: 401, body: { error: 'log in first' } }
  }
  try {
    return { status: 200, body: await route.run(url.searchParams) }
  } catch (error) {
    return { status: 500, body: { error: String(error) } }
  }
}
