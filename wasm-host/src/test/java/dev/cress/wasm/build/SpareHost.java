package dev.cress.wasm.build;

import java.io.IOException;

/// A program that has a worker started ahead, says its process id on standard output, and waits.
final class SpareHost {
    private SpareHost() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
        try (var builder = new ChildBuilder(ChildBuilder.Limits.DEFAULT)) {
            builder.expectBuilds();
            ProcessHandle.current().children().forEach(child -> System.out.println(child.pid()));
            System.in.read();
        }
    }
}
