package dev.cress.wasm.host;

import dev.cress.wasm.memory.GuestMemory;

import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.Instance;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A family of host calls as the engine links them, and what they know of a run. One set serves
/// every instance: a call finds its own run through the memory of its caller. Filled once, before
/// anything is linked; thread-safe from then on.
///
/// @param <S> what the family knows of one run, made when its first call is made
public final class HostCalls<S> {
    private static final long[] NOTHING = {};

    private final int place;
    private final Maker<S> maker;
    private final List<ImportFunction> functions = new ArrayList<>();

    /// Makes what the family knows of a run, on the guest's thread, at the run's cost.
    public interface Maker<S> {
        S make(HostRun run);
    }

    /// What a call does. Throws [dev.cress.wasm.stop.GuestEnded] to end the guest.
    public interface Call<S> {
        /// @param arguments as the engine has them: an i32 in the low half, a float as its bits
        long apply(S state, long[] arguments);
    }

    /// A [Call] without a result.
    public interface Command<S> {
        void apply(S state, long[] arguments);
    }

    public HostCalls(Family family, Maker<S> maker) {
        this.place = family.place();
        this.maker = maker;
    }

    /// What this family knows of the run.
    public S of(HostRun run) {
        @SuppressWarnings("unchecked") // only this family writes its place
        S known = (S) run.states[place];
        if (known == null) {
            known = maker.make(run);
            run.states[place] = known;
        }
        return known;
    }

    /// Gives the run another state than the family would make, before its guest begins.
    public void put(HostRun run, S state) {
        run.states[place] = state;
    }

    /// Adds a call with one result.
    ///
    /// @param parameters `i` for i32, `I` for i64, `f` for f32, `F` for f64
    /// @param result the same, one character
    public HostCalls<S> add(
            String module, String name, String parameters, String result, Call<S> call) {
        functions.add(
                new HostFunction(
                        module,
                        name,
                        FunctionType.of(types(parameters), types(result)),
                        (instance, arguments) -> {
                            HostRun run = run(instance);
                            run.word().enterHost();
                            long answer = call.apply(of(run), arguments);
                            run.word().leaveHost();
                            return new long[] {answer};
                        }));
        return this;
    }

    /// Adds a call without a result.
    public HostCalls<S> add(String module, String name, String parameters, Command<S> command) {
        functions.add(
                new HostFunction(
                        module,
                        name,
                        FunctionType.of(types(parameters), List.of()),
                        (instance, arguments) -> {
                            HostRun run = run(instance);
                            run.word().enterHost();
                            command.apply(of(run), arguments);
                            run.word().leaveHost();
                            return NOTHING;
                        }));
        return this;
    }

    static List<ValType> types(String letters) {
        return letters.chars()
                .mapToObj(
                        letter ->
                                switch (letter) {
                                    case 'i' -> ValType.I32;
                                    case 'I' -> ValType.I64;
                                    case 'f' -> ValType.F32;
                                    case 'F' -> ValType.F64;
                                    default -> throw new IllegalArgumentException(letters);
                                })
                .toList();
    }

    private static HostRun run(Instance instance) {
        return (HostRun) Objects.requireNonNull(((GuestMemory) instance.memory()).host());
    }

    /// The calls, to be linked into any number of instances.
    public List<ImportFunction> functions() {
        return List.copyOf(functions);
    }
}
