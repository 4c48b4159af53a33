import type { Account } from "../../fuel/Account.ts"
import { BUILTINS, type HostCall } from "../../host/builtin/table.ts"
import { BadAnswer, checkAnswer } from "../../host/checkAnswer.ts"
import type { HostContext } from "../../host/HostContext.ts"
import {
  type HostDeclaration,
  type HostValue,
  importKey,
  type RemoteDeclaration
} from "../../host/HostDeclaration.ts"
import { HostMemory, MemoryFault, type MemoryWrite } from "../../host/HostMemory.ts"
import type { Journal } from "../../host/Journal.ts"
import type { ResolvedLink } from "../../host/link.ts"
import type { FailureCause } from "../Firing.ts"
import { chargeCounter, type FuelCounter, NO_COUNTER } from "./FuelCounter.ts"
import type { HostCaller } from "./HostCaller.ts"
import type { AskRemote, CallRemote, RemoteReply } from "./RemoteCalls.ts"

/**
 * The host's side of one firing: charges, calls, checks the answer, journals it.
 *
 * ```
 *   price.base ─ begin ─ call (price.perByte for each byte it touches) ─ fault? ─ answer of its type? ─ journal
 * ```
 * The charge comes before the effect: a guest with fuel 10 that calls in a loop must not cause one effect that
 * it did not pay for. What a host function throws ends the firing as `HostFailed`; it never reaches the guest,
 * which could catch it.
 */
export class HostBridge implements HostCaller {
  /** What ended the firing, when a host function did. */
  fault: FailureCause | undefined
  /** Whether the guest was stopped in a host call, by whatever: nothing was charged ahead of one. */
  stoppedHere = false
  readonly #account: Account
  #journal: Journal
  #memory: HostMemory
  #context: HostContext
  readonly #locals: ReadonlyMap<string, HostCall>
  readonly #callRemote: CallRemote
  #counter: FuelCounter = NO_COUNTER
  #bytes: () => Uint8Array = () => NO_BYTES
  #noteWrite: ((offset: number, length: number) => void) | undefined
  #perByte = 0

  constructor(
    account: Account,
    journal: Journal,
    sources: Pick<HostContext, "clock" | "random" | "emitLog">,
    locals: ReadonlyMap<string, HostCall>,
    callRemote: CallRemote
  ) {
    this.#account = account
    this.#journal = journal
    this.#memory = this.#makeMemory()
    this.#context = { ...sources, memory: this.#memory }
    this.#locals = locals
    this.#callRemote = callRemote
  }

  /** For another call of the same instance, which another journal may record, maybe with a clock of its own. */
  renew(journal: Journal, sources?: Pick<HostContext, "clock" | "random" | "emitLog">): void {
    if (sources !== undefined) {
      // Whoever has kept the last life's memory has nothing of this one's.
      this.#memory = this.#makeMemory()
      this.#context = { ...sources, memory: this.#memory }
    }
    this.#journal = journal
    this.stoppedHere = false
  }

  #makeMemory(): HostMemory {
    return new HostMemory(
      () => this.#bytes(),
      (bytes) => this.#charge(bytes * this.#perByte),
      (offset, length) => this.#noteWrite?.(offset, length)
    )
  }

  /** Connects the instance: where its counter is, and its memory, and who wants to know of writes to that. */
  connect(
    counter: FuelCounter,
    bytes: () => Uint8Array,
    noteWrite?: (offset: number, length: number) => void
  ): void {
    this.#noteWrite = noteWrite
    this.#counter = counter
    this.#bytes = bytes
  }

  call(link: ResolvedLink, args: ReadonlyArray<HostValue>): ReadonlyArray<HostValue> | undefined {
    const answering = this.#answer(link, args)
    const asked = answering.next()
    if (asked.done === true) return this.#ended(asked.value)
    const { declaration, reads } = asked.value
    const answered = answering.next(this.#callRemote(declaration, args, reads))
    return this.#ended(answered.done === true ? answered.value : undefined)
  }

  async callLater(
    link: ResolvedLink,
    args: ReadonlyArray<HostValue>,
    askRemote: AskRemote
  ): Promise<ReadonlyArray<HostValue> | undefined> {
    const answering = this.#answer(link, args)
    const asked = answering.next()
    if (asked.done === true) return this.#ended(asked.value)
    const { declaration, reads } = asked.value
    const answered = answering.next(await askRemote(declaration, args, reads))
    return this.#ended(answered.done === true ? answered.value : undefined)
  }

  /** The memory is open during a call only: later the instance may be another firing's. */
  #ended<A>(answer: A): A {
    this.#memory.begin(NO_ACCESS)
    return answer
  }

  *#answer(
    { declaration }: ResolvedLink,
    args: ReadonlyArray<HostValue>
  ): Generator<Asked, ReadonlyArray<HostValue> | undefined, RemoteReply> {
    // A guest that is being stopped gets no answers: its traps may still run the code of other instances.
    if (this.#account.stop !== undefined) return undefined
    this.#perByte = declaration.price.perByte
    if (!this.#charge(declaration.price.base)) return undefined
    this.#memory.begin(declaration.bound)
    const answer =
      declaration.kind === "remote" ? yield* this.#remote(declaration, args) : this.#local(declaration, args)
    if (this.#account.stop !== undefined) return undefined
    const memoryFault = this.#memory.fault
    if (memoryFault !== undefined) return this.#failMemory(declaration, memoryFault)
    const results = checkAnswer(declaration.type.results, answer)
    if (results instanceof BadAnswer) return this.#fail(declaration, results.what)
    const { readBytes, writes } = this.#memory
    this.#journal.record(declaration.module, declaration.name, results, readBytes, writes)
    return results
  }

  #local(declaration: HostDeclaration, args: ReadonlyArray<HostValue>): unknown {
    const call = this.#locals.get(importKey(declaration.module, declaration.name))
    if (call === undefined) return this.#fail(declaration, "there is no such function")
    try {
      const answer: unknown = call(this.#context, ...args)
      if (!(answer instanceof Promise)) return answer
      // Whatever becomes of it, nobody waits for it: as an unhandled rejection it would end the thread.
      answer.catch(() => undefined)
      return this.#fail(declaration, "it answers with a promise, and a guest cannot wait for one")
    } catch (cause) {
      return this.#fail(declaration, cause instanceof Error ? cause.message : String(cause))
    }
  }

  *#remote(
    declaration: RemoteDeclaration,
    args: ReadonlyArray<HostValue>
  ): Generator<Asked, unknown, RemoteReply> {
    const reads: Array<Uint8Array> = []
    for (const { offsetParam, lengthParam } of declaration.reads) {
      const bytes = this.#memory.read(address(args[offsetParam]), address(args[lengthParam]))
      if (bytes instanceof MemoryFault) return undefined
      reads.push(bytes)
    }
    const reply = yield { declaration, reads }
    switch (reply.kind) {
      case "answered":
        if (!areWrites(reply.writes))
          return this.#fail(declaration, "its writes are not a list of { offset, bytes }")
        return this.#write(reply.writes) ? reply.result : undefined
      case "failed":
        return this.#fail(declaration, reply.what)
      case "stopped":
        this.#account.stopFor(reply.stop)
        this.stoppedHere = true
        return undefined
    }
  }

  #write(writes: ReadonlyArray<MemoryWrite>): boolean {
    return writes.every(({ offset, bytes }) => this.#memory.write(offset, bytes) === undefined)
  }

  /** Takes the price from the guest's own counter; `false` when the account is empty or the time is over. */
  #charge(units: number): boolean {
    const paid = chargeCounter(this.#counter, this.#account, units)
    if (!paid) this.stoppedHere = true
    return paid
  }

  #failMemory(declaration: HostDeclaration, fault: MemoryFault): undefined {
    if (fault.kind === "OutOfFuel") return undefined
    if (fault.kind === "OverBound") return this.#fail(declaration, fault.what)
    // The guest named memory that it does not have: its own fault, as if it had loaded from there.
    this.fault ??= { kind: "trap", message: "memory access out of bounds" }
    this.stoppedHere = true
    this.#account.stopFor("host")
    return undefined
  }

  #fail({ module, name }: HostDeclaration, what: string): undefined {
    this.fault ??= { kind: "host", module, name, what: what.slice(0, WHAT_LENGTH_MAX) }
    this.stoppedHere = true
    this.#account.stopFor("host")
    return undefined
  }
}

/** What the caller's side is asked, when a guest's call has been paid for. */
interface Asked {
  readonly declaration: RemoteDeclaration
  readonly reads: ReadonlyArray<Uint8Array>
}

/** What the caller's Effect answers is of its type only if the compiler has seen it. */
const areWrites = (writes: unknown): writes is ReadonlyArray<MemoryWrite> =>
  Array.isArray(writes) &&
  writes.every(
    (one: unknown) =>
      typeof one === "object" &&
      one !== null &&
      "offset" in one &&
      typeof one.offset === "number" &&
      "bytes" in one &&
      one.bytes instanceof Uint8Array
  )

/** Characters of a host function's own error that are kept. */
const WHAT_LENGTH_MAX = 1_000
const NO_BYTES = new Uint8Array(0)
const NO_ACCESS = { readBytesMax: 0, writeBytesMax: 0 }

/** The calls of the built-in functions, by import. */
export const builtinCalls = (): ReadonlyMap<string, HostCall> => BUILTIN_CALLS

/** One for all guests of a thread, which may be thousands. */
const BUILTIN_CALLS: ReadonlyMap<string, HostCall> = new Map(
  BUILTINS.map(({ declaration, call }) => [importKey(declaration.module, declaration.name), call])
)

/** An i32 arrives signed; an offset of 3 GiB is not a negative one. */
const address = (value: HostValue | undefined): number =>
  typeof value === "bigint" ? Number(BigInt.asUintN(64, value)) : Number(value ?? 0) >>> 0
