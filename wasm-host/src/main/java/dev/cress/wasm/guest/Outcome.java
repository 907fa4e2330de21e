package dev.cress.wasm.guest;

import java.time.Duration;

/// How a guest ended. A guest that fails is an ordinary result: exceptions are kept for faults of
/// ours.
public sealed interface Outcome {
    /// Characters of a reason; what is longer is cut. Guests have a say in it, and logs keep it.
    int REASON_CHARACTERS_MAX = 4_096;

    private static String cut(String reason) {
        return reason.length() <= REASON_CHARACTERS_MAX
                ? reason
                : reason.substring(0, REASON_CHARACTERS_MAX - 1) + '…';
    }

    /// It answered, and ended by itself with exit code 0.
    record Completed() implements Outcome {}

    /// It broke a rule of Wasm: `unreachable`, a bad address, a division by zero, too deep a
    /// recursion.
    record Trapped(String reason) implements Outcome {
        public Trapped {
            reason = cut(reason);
        }
    }

    /// It ended with another exit code than 0.
    record Exited(int code) implements Outcome {}

    /// Its answer broke the rules of its ABI.
    record BrokeProtocol(String reason) implements Outcome {
        public BrokeProtocol {
            reason = cut(reason);
        }
    }

    /// It was refused more memory, and died of it.
    record OutOfMemory(long limitBytes) implements Outcome {}

    /// It was stopped at its CPU limit.
    record OutOfCpu(Duration limit) implements Outcome {}

    /// It was stopped at its wall limit, running or waiting.
    record OutOfTime(Duration limit) implements Outcome {}

    /// Its answer was too large.
    ///
    /// @param part `headers` or `body`
    record ResponseTooLarge(String part, long limitBytes) implements Outcome {}

    /// Whoever asked had gone, so it was stopped.
    record Abandoned() implements Outcome {}

    /// No guest code ran: the node's guest memory is used up.
    record NoMemory(long neededBytes, long budgetBytes) implements Outcome {}
}
