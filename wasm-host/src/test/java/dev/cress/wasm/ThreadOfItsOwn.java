package dev.cress.wasm;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Runs each test on a fresh thread, as a node does its guests: one that ran a guest for long
/// yields to all others until it ends, and beside other programs that was a tenth of a core for all
/// the tests that came after. Not where host calls are tried without a guest: they are made for the
/// thread that sets a test up. Found by JUnit itself.
public final class ThreadOfItsOwn implements InvocationInterceptor {
    /// Of those packages that have host calls.
    private static final Set<String> WITHOUT_GUESTS =
            Set.of(
                    "dev.cress.wasm.extism",
                    "dev.cress.wasm.fastly",
                    "dev.cress.wasm.httpwasm",
                    "dev.cress.wasm.wasi");

    /// For JUnit.
    public ThreadOfItsOwn() {}

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        run(invocation, context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        run(invocation, context);
    }

    /// What is done after the test finds the thread as the test left its own: interrupted or not.
    private static void run(Invocation<Void> invocation, ExtensionContext context)
            throws Throwable {
        if (WITHOUT_GUESTS.contains(context.getRequiredTestClass().getPackageName())) {
            invocation.proceed();
            return;
        }
        var leftInterrupted =
                new FutureTask<>(
                        () -> {
                            try {
                                invocation.proceed();
                                return Thread.interrupted();
                            } catch (Exception | Error e) {
                                throw e;
                            } catch (Throwable e) {
                                throw new AssertionError(e);
                            }
                        });
        Thread own =
                Thread.ofPlatform().name(Thread.currentThread().getName()).start(leftInterrupted);
        try {
            if (leftInterrupted.get()) {
                Thread.currentThread().interrupt();
            }
        } catch (InterruptedException e) {
            own.interrupt();
            own.join();
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }
}
