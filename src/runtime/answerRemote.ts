import type { MessagePort } from "node:worker_threads"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { importKey } from "../host/HostDeclaration.ts"
import type { RemoteFunction } from "../host/HostFunction.ts"
import type { FiringCell } from "./FiringCell.ts"
import type { RemoteQuestion, RemoteReply } from "./worker/RemoteCalls.ts"

/**
 * Answers a guest's calls of remote host functions, each an Effect of the caller's, until it is interrupted.
 *
 * The thread that asked waits on the cell meanwhile, so each answer ends with a notification. An Effect that
 * fails, dies, interrupts itself or answers with what cannot be sent is an answer too: the firing then ends as
 * `HostFailed`, and not at its deadline.
 */
export const answerRemote = (
  port: MessagePort,
  cellNow: () => FiringCell,
  remotes: ReadonlyArray<RemoteFunction>
): Effect.Effect<never> =>
  Effect.gen(function* () {
    const byImport = new Map(
      remotes.map((remote) => [importKey(remote.declaration.module, remote.declaration.name), remote])
    )
    for (;;) {
      const question = yield* nextQuestion(port)
      const remote = byImport.get(importKey(question.module, question.name))
      const reply =
        remote === undefined ? failed("there is no such function") : yield* answer(remote, question)
      yield* Effect.catch(post(port, reply), (why) =>
        post(port, failed(`its answer cannot be sent: ${why}`))
      ).pipe(Effect.ignore)
      cellNow().notifyReply()
    }
  })

const nextQuestion = (port: MessagePort): Effect.Effect<RemoteQuestion> =>
  Effect.callback((resume) => {
    const listen = (question: RemoteQuestion) => resume(Effect.succeed(question))
    port.once("message", listen)
    return Effect.sync(() => port.off("message", listen))
  })

const answer = (remote: RemoteFunction, { args, reads }: RemoteQuestion): Effect.Effect<RemoteReply> =>
  Effect.suspend(() => remote.run({ args, reads })).pipe(
    Effect.exit,
    Effect.map((exit) => {
      if (Exit.isFailure(exit)) return failed(describe(Cause.squash(exit.cause)))
      // A function without results may well have nothing at all to say.
      const { result, writes = [] } = exit.value ?? {}
      return { kind: "answered", result, writes }
    })
  )

/** A reply crosses to another thread, and not every value can. */
const post = (port: MessagePort, reply: RemoteReply): Effect.Effect<void, string> =>
  Effect.try({ try: () => port.postMessage(reply), catch: describe })

const describe = (cause: unknown): string =>
  cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)

const failed = (what: string): RemoteReply => ({ kind: "failed", what })
