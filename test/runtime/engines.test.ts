import { Malformed } from "../../src/outcome/RefusedReason.ts"
import { ScriptedEngine, type ScriptStep } from "../../src/runtime/worker/ScriptedEngine.ts"
import { parseWat } from "../guests/wat.ts"
import { engineSuite, type Subject } from "./engineSuite.ts"
import { v8Engine } from "./fireHere.ts"
import { compiledWith, trapOf } from "./worker/scripted.ts"

const TEXTS: Readonly<Record<Scene, string>> = {
  add: `(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))`,
  trap: `(module (memory 1) (func (export "main") (i32.store8 (i32.const 0) (i32.const 7)) unreachable))`,
  start: `(module (memory 1)
    (func $start (i32.store8 (i32.const 0) (i32.const 9))) (start $start)
    (func (export "read") (result i32) (i32.load8_u (i32.const 0))))`,
  broken: ""
}

engineSuite({
  name: "v8",
  scene: (scene) => ({
    engine: v8Engine,
    bytes: scene === "broken" ? Uint8Array.of(1, 2, 3) : parseWat(scene, TEXTS[scene])
  })
})

engineSuite({
  name: "scripted",
  scene: (scene) => {
    const memory = new Uint8Array(65_536)
    return { engine: new ScriptedEngine(scripts(memory)[scene], memory), bytes: new Uint8Array(0) }
  }
})

const signature = (name: string, params: ReadonlyArray<string>, results: ReadonlyArray<string>) => ({
  call: "compile" as const,
  answer: compiledWith({ name, params, results })
})

type Scene = Parameters<Subject["scene"]>[0]

const scripts = (memory: Uint8Array): Readonly<Record<Scene, ReadonlyArray<ScriptStep>>> => ({
  add: [
    signature("add", ["i32", "i32"], ["i32"]),
    // An engine opens the account when it makes an instance.
    { call: "instantiate", does: ({ account }) => void account.open() },
    { call: "start" },
    { call: "call", functionName: "add", args: [40, 2], answer: [42] },
    { call: "fuelRemaining", answer: 6 },
    { call: "cleanUp" }
  ],
  trap: [
    signature("main", [], []),
    { call: "instantiate" },
    { call: "start" },
    {
      call: "call",
      does: () => {
        memory[0] = 7
      },
      fault: trapOf("unreachable")
    },
    { call: "fuelRemaining", answer: 5 },
    {
      call: "capture",
      answer: {
        memories: [{ memoryIndex: 0, pages: 1, pageBytes: 65_536, bytes: Uint8Array.of(7) }],
        globals: [],
        tables: []
      }
    },
    { call: "cleanUp" }
  ],
  start: [
    signature("read", [], ["i32"]),
    { call: "instantiate" },
    {
      call: "start",
      does: () => {
        memory[0] = 9
      }
    },
    { call: "call", functionName: "read", args: [], answer: [9] },
    { call: "cleanUp" }
  ],
  broken: [{ call: "compile", answer: new Malformed("not a module", 0) }]
})
