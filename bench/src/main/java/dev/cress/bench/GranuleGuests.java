package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What guests take, and their resets, with the granules that this JVM was given: the best of many,
/// since what disturbs a machine only adds.
final class GranuleGuests {
    private static final double FASTEST = 0;

    private GranuleGuests() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        boolean full = Question.Effort.valueOf(args[0]) == Question.Effort.FULL;
        var guests = new ArrayList<>(List.of(Guest.named("c-18-pages")));
        if (full) {
            guests.add(Guest.named("hello"));
            guests.add(Guest.get("kernels", "/sort", ""));
            guests.add(Guest.get("kernels", "/image", ""));
        }
        try (var host = WasmHost.withHalfTheHeap()) {
            for (Guest guest : guests) {
                var isolates = host.isolates(host.prepare(guest.module(), "auto"));
                run(guest, isolates, Duration.ofMillis(full ? 3_000 : 300));
                Measured measured = run(guest, isolates, Duration.ofMillis(full ? 1_500 : 100));
                System.out.println(
                        String.format(
                                Locale.ROOT,
                                "of=%s run_us=%.1f reset_us=%.2f",
                                guest.label(),
                                measured.runs.micros(FASTEST),
                                measured.resets.micros(FASTEST)));
            }
        }
    }

    private record Measured(Times runs, Times resets) {}

    private static Measured run(Guest guest, Isolates isolates, Duration length) throws Exception {
        var resets = new Times();
        Times runs =
                GuestThreads.times(
                        GuestThreads.during(length.toNanos()),
                        () -> {
                            Guest.Parts parts = guest.parts(isolates);
                            resets.add(parts.resetNanos());
                            return parts.run();
                        });
        return new Measured(runs, resets);
    }
}
