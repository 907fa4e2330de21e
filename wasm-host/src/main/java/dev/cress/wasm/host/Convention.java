package dev.cress.wasm.host;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.scan.ModuleOutline;

import java.util.List;
import java.util.Optional;

/// An entry convention: how to tell a module that follows it, which functions it calls, and how a
/// request comes to the guest and its answer to the client. Stateless and thread-safe; one run's
/// state is in its [HostRun].
public interface Convention {
    /// Whether a module shows by its imports or exports that it was made for this one.
    boolean isShownBy(ModuleOutline module);

    /// Why a module can't be called this way, said so that its author can mend it.
    Optional<String> problem(ModuleOutline module);

    /// What it calls of this module for a request. Each that the module exports must be of the type
    /// given.
    List<Entry> entries(ModuleOutline module);

    /// What is called once, while the image is made, in this order, as far as the module exports
    /// it, with 0 for every parameter. Exit code 0 is an ordinary end.
    List<Entry> initialisers(ModuleOutline module);

    /// Whether many modules of this convention are one program with data of their own, as scripts
    /// with their engine. They share its code then, which the JIT compiles once for all of them;
    /// each has its own state.
    default boolean sharesCode() {
        return false;
    }

    /// Prepares a run in which nobody asks anything, for the start section and the initialisers.
    default void beforeInitialisers(HostRun run) {}

    /// Sets the guest up, once, while the image is made, before anything else of it runs. What it
    /// does is kept, whatever it asked for.
    ///
    /// @param module as it was uploaded
    default void prepare(HostRun run, Guest guest, byte[] module) throws RefusedModuleException {}

    /// Brings the guest as far as it comes without a request, once, after the initialisers. Not
    /// kept if it may come out otherwise in another run: [#serve] has to do it then.
    default void initialise(HostRun run, Guest guest) {}

    /// What the host has to know of what the initialisers did beside the guest's own state, in a
    /// number: kept in the image, and [Guest#note] of every guest that begins with that state.
    default int afterInitialisers(HostRun run) {
        return 0;
    }

    /// Answers the run's request. Returns when the answer is complete; throws
    /// [dev.cress.wasm.stop.GuestEnded] when it can't be.
    void serve(HostRun run, Guest guest);

    /// Makes calls of its own families that succeed only after others: part of a rehearsal in which
    /// every call there is was made once, all that the run asks for is granted, and nobody answers.
    /// What the calls load is loaded before any guest runs.
    default void rehearse(HostRun run, HostCaller caller) {}
}
