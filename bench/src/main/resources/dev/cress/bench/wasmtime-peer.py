# Calls a kernel as often as each line of standard input says, `KERNEL TIMES`, and answers `CHECKSUM BEST_MS`. A call that
# takes longer than a guest may is stopped, and ends this with a message.
import sys
import threading
import time

import wasmtime

TICK_S = 0.01
CALL_S_MAX = 1
MEMORY_BYTES = 128 << 20

config = wasmtime.Config()
config.epoch_interruption = True
engine = wasmtime.Engine(config)
store = wasmtime.Store(engine)
store.set_limits(memory_size=MEMORY_BYTES)
store.set_wasi(wasmtime.WasiConfig())
store.set_epoch_deadline(round(CALL_S_MAX / TICK_S))
linker = wasmtime.Linker(engine)
linker.define_wasi()
kernel = linker.instantiate(store, wasmtime.Module.from_file(engine, sys.argv[1])).exports(store)["kernel"]


def tick():
    while True:
        time.sleep(TICK_S)
        engine.increment_epoch()


threading.Thread(target=tick, daemon=True).start()

for line in sys.stdin:
    number, times = map(int, line.split())
    total = 0
    best = float("inf")
    for _ in range(times):
        store.set_epoch_deadline(round(CALL_S_MAX / TICK_S))
        start = time.perf_counter()
        try:
            total = kernel(store, number)
        except wasmtime.Trap as trap:
            sys.exit(f"kernel {number} ended by {trap.trap_code}")
        best = min(best, (time.perf_counter() - start) * 1000)
    print(total & 0xFFFFFFFF, best, flush=True)
