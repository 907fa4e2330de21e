package dev.cress.wasm.memory;

import run.endive.runtime.Memory;

/// A memory of one thread: what the engine asks of shared ones, it refuses.
@SuppressWarnings({"deprecation", "removal"}) // the engine's own old methods of shared memories
abstract class UnsharedMemory implements Memory {
    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public Object lock(int address) {
        throw notShared();
    }

    @Override
    public int waitOn(int address, int expected, long timeout) {
        throw notShared();
    }

    @Override
    public int waitOn(int address, long expected, long timeout) {
        throw notShared();
    }

    @Override
    public int notify(int address, int threadsMax) {
        throw notShared();
    }

    private static UnsupportedOperationException notShared() {
        return new UnsupportedOperationException("modules with threads are refused at their scan");
    }
}
