import type { Did } from '../../model/did.ts'
import { UnavailableRepoError } from '../../model/errors.ts'
import { type AccountStatus, UnsupportedMethod } from '../../net/host/host.ts'
import { isHidden, type RepoState } from '../../state/storage/storage.ts'
import { unlessAborted } from './body.ts'
import type { Parts } from './context.ts'
import type { DidDocument } from './options.ts'

/**
 * Asks the host of a repo that is hidden here whether it still hides it: the event that told otherwise may have been
 * missed. What it says is applied when this resolves.
 *
 * @returns what to do once the repo has come from a host that cannot be asked: what it gives out, it does not hide.
 * @throws {UnavailableRepoError} when the host hides it, too.
 */
export async function lookAtHidden(
  { did, status }: RepoState,
  document: DidDocument,
  { steps, options, signal, progress }: Parts,
): Promise<() => Promise<void>> {
  const after = await steps.lastLive()
  const host = document.pds === undefined ? undefined : new URL(document.pds)
  const answer =
    host &&
    (await accountAt(host, did, options.hosts, signal).catch((error) => {
      progress.fault = 'fetch'
      throw error
    }))
  const show = () => steps.account({ active: true }, after, signal)
  if (answer === undefined) return show
  // A host's own trouble with a repo says nothing about its account.
  const isNews =
    answer.active || (isHidden(answer.status ?? 'deactivated') && (answer.status ?? status) !== status)
  if (isNews) await steps.account(answer, after, signal)
  if (!answer.active)
    throw new UnavailableRepoError(statusOf(answer), `the account ${did} is ${answer.status ?? status}`)
  return async () => {}
}

/**
 * Asks the host of a repo that it did not give out whether it hides the account, and says so: what is stored is hidden
 * as well when this resolves. That it has no such repo may be a fault of its own, and hides nothing, unless the source of
 * the stream of events says what has become of the account.
 */
export async function tellHidden(
  did: Did,
  document: DidDocument,
  refusal: UnavailableRepoError,
  { steps, options, signal }: Parts,
): Promise<void> {
  if (document.pds === undefined) return
  const after = await steps.lastLive()
  const said = refusal.status === 'unknown' ? undefined : { active: false, status: refusal.status }
  const host = new URL(document.pds)
  const atHost = accountAt(host, did, options.hosts, signal).catch((error) => {
    if (
      error instanceof UnavailableRepoError &&
      options.source !== undefined &&
      options.source.host !== host.host
    )
      return accountAt(options.source, did, options.hosts, signal)
    throw error
  })
  const answer = (await atHost) ?? said
  if (answer !== undefined && !answer.active && isHidden(answer.status ?? 'deactivated'))
    await steps.account(answer, after, signal)
}

/** @returns undefined where the host cannot be asked. */
async function accountAt(
  host: URL,
  did: Did,
  hosts: Parts['options']['hosts'],
  signal: AbortSignal,
): Promise<AccountStatus | undefined> {
  try {
    return await unlessAborted(hosts.getRepoStatus(host, did, signal), signal)
  } catch (error) {
    if (error instanceof UnsupportedMethod) return undefined
    if (error instanceof UnavailableRepoError && error.status !== 'unknown')
      return { active: false, status: error.status }
    throw error
  }
}

function statusOf({ status }: AccountStatus): UnavailableRepoError['status'] {
  return status === 'suspended' || status === 'takendown' || status === 'deactivated' ? status : 'unknown'
}
