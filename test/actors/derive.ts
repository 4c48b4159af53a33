import { type AnyStateMachine, transition } from "xstate"

/** The table that a flat chart amounts to: for each place where each event leads that it takes. */
export const deriveFlatTable = (
  machine: AnyStateMachine,
  events: ReadonlyArray<string>
): Readonly<Record<string, Readonly<Record<string, string>>>> =>
  Object.fromEntries(
    Object.keys(machine.states).map((place) => {
      const snapshot = machine.resolveState({ value: place, context: {} })
      return [
        place,
        Object.fromEntries(
          events
            .filter((type) => snapshot.can({ type }))
            .map((type) => [type, String(transition(machine, snapshot, { type })[0].value)])
        )
      ]
    })
  )
