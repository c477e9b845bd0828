import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { type ContextManager, context, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'

const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED }
const sampled = trace.setSpanContext(ROOT_CONTEXT, spanContext)
const unsampled = trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, traceFlags: TraceFlags.NONE })

/** A module of its own for each test, since it remembers for good that there was a span. */
let loads = 0
const load = async () => (await import(`./spans.ts?${++loads}`)) as typeof import('./spans.ts')

describe('canBeInSpan', () => {
  beforeEach(() => context.disable())

  it('is false while there are contexts without sampled spans, and true from the first that has one', async () => {
    const { canBeInSpan, noticeContexts } = await load()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    noticeContexts()
    for (const entered of [ROOT_CONTEXT, unsampled]) {
      context.with(entered, () => assert.equal(canBeInSpan(), false))
      context.bind(entered, () => assert.equal(canBeInSpan(), false))()
    }
    context.with(sampled, () => assert.equal(canBeInSpan(), true))
    assert.equal(canBeInSpan(), true)
  })

  it('notices a function that is bound to a span', async () => {
    const { canBeInSpan, noticeContexts } = await load()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    noticeContexts()
    context.bind(sampled, () => assert.equal(canBeInSpan(), true))()
  })

  it('notices a context manager that is registered later, and the span that is active then', async () => {
    const { canBeInSpan } = await load()
    assert.equal(canBeInSpan(), false)
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    context.with(sampled, () => assert.equal(canBeInSpan(), true))
  })

  it('notices the manager that replaces another', async () => {
    const { canBeInSpan, noticeContexts } = await load()
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    noticeContexts()
    context.disable()
    assert.equal(canBeInSpan(), false)
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    assert.equal(canBeInSpan(), false)
    context.with(sampled, () => assert.equal(canBeInSpan(), true))
  })

  it('leaves the manager as it was once there was a span, whoever else watches it', async () => {
    const inner = await load()
    const outer = await load()
    const manager = new AsyncLocalStorageContextManager().enable()
    context.setGlobalContextManager(manager)
    inner.noticeContexts()
    outer.noticeContexts()
    assert.equal(
      context.with(sampled, (one: number, other: number) => one + other, undefined, 1, 2),
      3,
    )
    assert.deepEqual([inner.canBeInSpan(), outer.canBeInSpan()], [true, true])
    context.with(sampled, () => assert.equal(context.active(), sampled))
    assert.deepEqual(
      Object.getOwnPropertyNames(manager).filter((key) => key === 'with' || key === 'bind'),
      [],
    )
  })

  it('looks each time where a manager cannot be watched', async () => {
    const { canBeInSpan } = await load()
    const manager: ContextManager = Object.freeze({
      active: () => ROOT_CONTEXT,
      with: ((_context, work, self, ...rest) => work.call(self, ...rest)) as ContextManager['with'],
      bind: ((_context, target) => target) as ContextManager['bind'],
      enable: () => manager,
      disable: () => manager,
    })
    context.setGlobalContextManager(manager)
    assert.equal(canBeInSpan(), true)
  })
})
