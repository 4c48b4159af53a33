"""Runs modules on Wasmtime 49: plain ones counted by its own fuel, metered ones by the meter in them.

Reads one module a line from standard input and answers it with one line, both JSON; see `runOnWasmtime.ts` for
their shape. The metered run is the same few steps as in `runOnV8.ts`, so that what differs is the engine.
"""

import base64
import ctypes
import hashlib
import json
import struct
import sys
import threading

import wasmtime
from wasmtime import Config, Engine, Func, Instance, Module, Store, Trap, TrapCode, WasmtimeError

PAGE_BYTES = 65536
SLICE_MAX = 2**20
HOOK_REFILL = 0
HOOK_STOP = 1
STOPS = {1: "stack", 2: "objects", 3: "growth"}
# The most that Wasmtime accepts, and four times what the meter's slots let a recursion take.
WASM_STACK_BYTES = 2**21
THREAD_STACK_BYTES = 2**26

KINDS = {
    TrapCode.UNREACHABLE: "unreachable",
    TrapCode.MEMORY_OUT_OF_BOUNDS: "memory",
    TrapCode.INTEGER_DIVISION_BY_ZERO: "zero",
    TrapCode.INTEGER_OVERFLOW: "overflow",
    TrapCode.BAD_CONVERSION_TO_INTEGER: "overflow",
    TrapCode.TABLE_OUT_OF_BOUNDS: "table",
    TrapCode.INDIRECT_CALL_TO_NULL: "indirect call",
    TrapCode.BAD_SIGNATURE: "indirect call",
    TrapCode.NULL_REFERENCE: "null",
    TrapCode.CAST_FAILURE: "cast",
    TrapCode.ARRAY_OUT_OF_BOUNDS: "array",
    TrapCode.ALLOCATION_TOO_LARGE: "array",
    TrapCode.STACK_OVERFLOW: "stack",
    TrapCode.UNCAUGHT_EXCEPTION: "exception",
}


def make_engine(counted):
    config = Config()
    config.consume_fuel = counted
    # The meter makes NaNs canonical in the module; where there is no meter the engine has to.
    config.cranelift_nan_canonicalization = counted
    config.max_wasm_stack = WASM_STACK_BYTES
    config.wasm_memory64 = True
    config.wasm_multi_memory = True
    config.wasm_tail_call = True
    config.wasm_function_references = True
    config.wasm_gc = True
    config.wasm_exceptions = True
    return Engine(config)


def show(kind, value):
    if kind in ("i32", "i64"):
        return str(value)
    if value != value:
        return "nan"
    return struct.pack(">d", value).hex()


def read(kind, text):
    if kind in ("i32", "i64"):
        return int(text)
    return struct.unpack(">d", bytes.fromhex(text))[0]


def stubs(store, module):
    """Functions that answer zeros, for what the module imports."""
    made = []
    for item in module.imports:
        results = [0.0 if str(kind).startswith("f") else 0 for kind in item.type.results]
        answer = None if not results else results[0] if len(results) == 1 else results
        made.append(Func(store, item.type, lambda *_, answer=answer: answer))
    return made


def state(store, exports, names):
    memories = []
    for name in names["memories"]:
        memory = exports[name]
        size = memory.data_len(store)
        held = ctypes.string_at(memory.data_ptr(store), size) if size > 0 else b""
        memories.append("%d %s" % (size // PAGE_BYTES, hashlib.sha1(held).hexdigest()))
    return {
        "memories": memories,
        "globals": [show(kind, exports[name].value(store)) for name, kind in names["globals"]],
    }


def end_of(error):
    if isinstance(error, Trap):
        if error.trap_code == TrapCode.OUT_OF_FUEL:
            return {"end": "stopped", "detail": "fuel"}
        if error.trap_code in KINDS:
            return {"end": "trapped", "detail": KINDS[error.trap_code]}
    text = str(error)
    return {"end": "trapped", "detail": "exception" if "thrown Wasm exception" in text else text}


def call(store, exports, job):
    values = [read(kind, text) for kind, text in job["args"]]
    try:
        result = exports[job["function"]](store, *values)
    except (Trap, WasmtimeError) as error:
        return end_of(error)
    results = [] if result is None else result if isinstance(result, list) else [result]
    shown = [show(kind, value) for kind, value in zip(job["results"], results)]
    return {"end": "returned", "detail": " ".join(shown)}


NOTHING = {"startFuel": 0, "fuel": 0, "memories": [], "globals": []}


def run_plain(engine, module, job):
    store = Store(engine)
    store.set_fuel(job["plainFuel"])
    try:
        exports = Instance(store, module, stubs(store, module)).exports(store)
    except (Trap, WasmtimeError) as error:
        return {**NOTHING, **end_of(error)}
    before = store.get_fuel()
    ended = call(store, exports, job)
    return {
        **ended,
        "startFuel": job["plainFuel"] - before,
        "fuel": before - store.get_fuel(),
        "fuelLeft": store.get_fuel(),
        **state(store, exports, job["names"]),
    }


class Account:
    """The host's half of the meter: hands out slices, books what they consumed, says when it is enough."""

    def __init__(self, allocated):
        self.allocated = allocated
        self.used = 0
        self.granted = 0
        self.stop = None

    def grant(self):
        self.granted = min(SLICE_MAX, self.allocated - self.used)
        return self.granted

    def settle(self, counter):
        self.used += self.granted - counter
        self.granted = 0

    def refill(self, counter):
        self.settle(counter)
        if self.used <= self.allocated:
            return self.grant()
        self.stop = self.stop or "fuel"
        self.granted = -1
        return -1

    def stop_for(self, why):
        self.stop = self.stop or STOPS[why]
        return 0


def run_metered(engine, module, job):
    names = job["names"]
    store = Store(engine)
    try:
        exports = Instance(store, module, stubs(store, module)).exports(store)
    except (Trap, WasmtimeError) as error:
        return {**NOTHING, **end_of(error)}
    account = Account(job["fuel"])
    hook = wasmtime.FuncType([wasmtime.ValType.i32()], [wasmtime.ValType.i32()])
    hooks = exports[names["hooks"]]
    hooks.set(store, HOOK_REFILL, Func(store, hook, account.refill))
    hooks.set(store, HOOK_STOP, Func(store, hook, account.stop_for))
    counter = exports[names["fuel"]]
    counter.set_value(store, account.grant())

    def metered_call(what):
        exports[names["depth"]].set_value(store, job["slots"])
        ended = call(store, exports, what)
        if ended["end"] != "returned" and account.stop is not None:
            ended = {"end": "stopped", "detail": account.stop}
        account.settle(counter.value(store))
        counter.set_value(store, account.grant())
        return ended

    ended = None
    if names["start"] is not None:
        ended = metered_call({"function": names["start"], "args": [], "results": []})
    start_fuel = account.used
    if ended is None or ended["end"] == "returned":
        ended = metered_call(job)
    if ended["end"] == "returned" and account.used > account.allocated:
        ended = {"end": "stopped", "detail": "fuel"}
    return {
        **ended,
        "startFuel": start_fuel,
        "fuel": account.used - start_fuel,
        **state(store, exports, names),
    }


def compiled(engine, text):
    try:
        return Module(engine, base64.b64decode(text))
    except WasmtimeError as error:
        return str(error)


def answer(engines, last, job):
    answers = {}
    for name, run in (("plain", run_plain), ("metered", run_metered)):
        if job[name] is None:
            answers[name] = None
            continue
        # The firings of one guest come one after the other.
        if name not in last or last[name][0] != job[name]:
            last[name] = (job[name], compiled(engines[name], job[name]))
        module = last[name][1]
        if isinstance(module, str):
            answers[name] = {**NOTHING, "end": "refused", "detail": module}
        else:
            answers[name] = run(engines[name], module, job)
    return answers


def main():
    engines = {"plain": make_engine(True), "metered": make_engine(False)}
    last = {}
    for line in sys.stdin:
        print(json.dumps(answer(engines, last, json.loads(line))), flush=True)


threading.stack_size(THREAD_STACK_BYTES)
thread = threading.Thread(target=main)
thread.start()
thread.join()
