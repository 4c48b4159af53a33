import { MessageChannel, type MessagePort } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { RemoteFunction } from "../host/HostFunction.ts"
import { answerRemote } from "./answerRemote.ts"
import { FiringCell } from "./FiringCell.ts"

/** The caller's end of the line on which a guest asks remote host functions; there is none where it has none. */
export class Remote {
  #cell: FiringCell | undefined
  readonly #remotes: ReadonlyArray<RemoteFunction>
  readonly #channel: MessageChannel | undefined

  constructor(remotes: ReadonlyArray<RemoteFunction>) {
    this.#remotes = remotes
    this.#channel = remotes.length > 0 ? new MessageChannel() : undefined
  }

  /** Of the call that runs. */
  set cell(cell: FiringCell) {
    this.#cell = cell
  }

  get cell(): FiringCell {
    this.#cell ??= new FiringCell()
    return this.#cell
  }

  /** What goes to the thread. */
  get ports(): ReadonlyArray<MessagePort> {
    return this.#channel === undefined ? [] : [this.#channel.port2]
  }

  /**
   * Answers for as long as `asking` takes. Detached: an Effect of the caller's that cannot be interrupted must not
   * hold up the firing's end.
   */
  answering<A, E, R>(asking: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    const channel = this.#channel
    if (channel === undefined) return asking
    return Effect.acquireUseRelease(
      Effect.forkDetach(answerRemote(channel.port1, () => this.cell, this.#remotes)),
      () => asking,
      (fiber) =>
        Effect.sync(() => {
          this.close()
          fiber.interruptUnsafe()
        })
    )
  }

  /** Answers until the scope ends. */
  answerIn(scope: Scope.Scope): Effect.Effect<void> {
    const channel = this.#channel
    if (channel === undefined) return Effect.void
    return Effect.andThen(
      Scope.addFinalizer(
        scope,
        Effect.sync(() => this.close())
      ),
      Effect.asVoid(
        Effect.forkIn(
          answerRemote(channel.port1, () => this.cell, this.#remotes),
          scope
        )
      )
    )
  }

  close(): void {
    this.#channel?.port1.close()
  }
}
