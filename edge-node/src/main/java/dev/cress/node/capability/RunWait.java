package dev.cress.node.capability;

import dev.cress.wasm.guest.KeyValueStore.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// What one run waits for, one answer at a time. [#on] on the guest's thread, [#stop] on any.
final class RunWait {
    private volatile @Nullable CompletableFuture<?> waiting;
    private volatile boolean stopped;

    /// Waits for the answer; a stop ends the wait, not the work.
    <T> T on(CompletableFuture<T> answer) throws StoreException {
        var own = answer.copy();
        waiting = own;
        if (stopped) {
            own.cancel(false);
        }
        try {
            return own.join();
        } catch (CancellationException e) {
            throw new StoreException("the run was stopped", false);
        } catch (CompletionException e) {
            if (e.getCause() instanceof StoreException ordinary) {
                throw ordinary;
            }
            throw e;
        } finally {
            waiting = null;
        }
    }

    void stop() {
        stopped = true;
        CompletableFuture<?> present = waiting;
        if (present != null) {
            present.cancel(false);
        }
    }
}
