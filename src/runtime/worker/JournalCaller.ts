import type { Account } from "../../fuel/Account.ts"
import type { HostValue } from "../../host/HostDeclaration.ts"
import { Diverged, JournalReader } from "../../host/JournalReader.ts"
import type { ResolvedLink } from "../../host/link.ts"
import type { JournalEvidence } from "../../outcome/Evidence.ts"
import type { FuelCounter } from "./FuelCounter.ts"
import { chargeCounter, NO_COUNTER } from "./FuelCounter.ts"
import type { HostCaller } from "./HostCaller.ts"

/**
 * A host that only repeats itself: answers a guest's calls from a journal, charges what they were charged, writes
 * what they wrote, and does nothing else.
 *
 * A guest that asks for something else than was recorded is stopped: it is not the same run.
 */
export class JournalCaller implements HostCaller {
  readonly fault = undefined
  /** What was asked that the journal does not answer. */
  diverged: string | undefined
  readonly #account: Account
  readonly #reader: JournalReader
  #counter: FuelCounter = NO_COUNTER
  #bytes: () => Uint8Array = () => new Uint8Array(0)

  constructor(account: Account, journal: JournalEvidence) {
    this.#account = account
    this.#reader = new JournalReader(journal)
  }

  /** Connects the instance: where its counter is, and its memory. */
  connect(counter: FuelCounter, bytes: () => Uint8Array): void {
    this.#counter = counter
    this.#bytes = bytes
  }

  /** Answers that nobody asked for. */
  get unasked(): number {
    return this.#reader.unasked
  }

  call({ declaration }: ResolvedLink): ReadonlyArray<HostValue> | undefined {
    // As the host itself would: nothing for a guest that is being stopped, and nothing unpaid.
    if (this.#account.stop !== undefined) return undefined
    const { module, name, type, price } = declaration
    if (!this.#charge(price.base)) return undefined
    const answer = this.#reader.answer(module, name, type.results)
    if (answer instanceof Diverged) return this.#diverge(answer.what)
    const { results, readBytes, writes } = answer
    const touched = writes.reduce((sum, write) => sum + write.bytes.byteLength, readBytes)
    if (!this.#charge(touched * price.perByte)) return undefined
    const memory = this.#bytes()
    for (const { offset, bytes } of writes) {
      if (offset + bytes.byteLength > memory.byteLength) {
        return this.#diverge(
          `a write of ${bytes.byteLength} bytes at ${offset}: memory has ${memory.byteLength}`
        )
      }
      memory.set(bytes, offset)
    }
    return results
  }

  #charge(units: number): boolean {
    return chargeCounter(this.#counter, this.#account, units)
  }

  #diverge(what: string): undefined {
    this.diverged = what
    this.#account.stopFor("host")
    return undefined
  }
}
