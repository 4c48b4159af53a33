"""Times kernels on Wasmtime, with and without fuel, in turn.

Reads JSON from the standard input: {"rounds": 15, "kernels": [{"name", "wasm" (base64), "argument"}]}; an argument
is an i32 of the exported function "run". Writes JSON: {"version", "kernels": [{"name", "plainMs", "fuelMs", "answer",
"fuel"}]}: the least time of a call in milliseconds, its answer as text, and the units of one call.
"""

import base64
import importlib.metadata
import json
import sys
import time

import wasmtime


def engine(fuel):
    config = wasmtime.Config()
    config.cranelift_opt_level = "speed"
    config.consume_fuel = fuel
    return wasmtime.Engine(config)


class Lane:
    def __init__(self, engine, wasm, argument, fuel):
        self.store = wasmtime.Store(engine)
        self.fuel = fuel
        self.argument = argument
        self.best = float("inf")
        self.units = None
        if fuel:
            self.store.set_fuel(2**63)
        instance = wasmtime.Instance(self.store, wasmtime.Module(engine, wasm), [])
        self.function = instance.exports(self.store)["run"]

    def call(self):
        if self.fuel:
            self.store.set_fuel(2**63)
        began = time.perf_counter()
        self.answer = self.function(self.store, self.argument)
        self.best = min(self.best, (time.perf_counter() - began) * 1000)
        if self.fuel:
            self.units = 2**63 - self.store.get_fuel()


def main():
    asked = json.load(sys.stdin)
    plain, fueled = engine(False), engine(True)
    measured = []
    for kernel in asked["kernels"]:
        wasm = base64.b64decode(kernel["wasm"])
        lanes = [Lane(plain, wasm, kernel["argument"], False), Lane(fueled, wasm, kernel["argument"], True)]
        for _ in range(asked["rounds"]):
            for lane in lanes:
                lane.call()
        if repr(lanes[0].answer) != repr(lanes[1].answer):
            raise SystemExit(f"{kernel['name']}: {lanes[0].answer} without fuel, {lanes[1].answer} with it")
        measured.append(
            {
                "name": kernel["name"],
                "plainMs": lanes[0].best,
                "fuelMs": lanes[1].best,
                "answer": repr(lanes[1].answer),
                "fuel": lanes[1].units,
            }
        )
    json.dump({"version": importlib.metadata.version("wasmtime"), "kernels": measured}, sys.stdout)


main()
