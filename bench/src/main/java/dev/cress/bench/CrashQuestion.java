package dev.cress.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Whether anything that was answered is lost, or a node ends up with something else, when
/// processes are killed at random moments: 200 times on each engine of the store, which takes half
/// an hour. Fails if there is any such thing.
final class CrashQuestion implements Question {
    private static final int ROUNDS = 200;
    private static final int ROUNDS_QUICK = 1;
    private static final long SEED = 5;

    @Override
    public String name() {
        return "crash";
    }

    @Override
    public String text() {
        return "is anything that was answered lost when processes are killed?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, InterruptedException {
        int rounds = effort == Effort.FULL ? ROUNDS : ROUNDS_QUICK;
        rounds("sqlite", rounds, List.of(), progress, lines);
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start()) {
            String url = postgres.getJdbcUrl("postgres", "postgres");
            rounds("postgres", rounds, List.of("--store", url), progress, lines);
        }
    }

    private void rounds(
            String engine,
            int count,
            List<String> controlOptions,
            PrintStream progress,
            Consumer<Line> lines)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("cress-bench");
        try (var rounds =
                new CrashRounds(folder, Disk.OF_A_KILLED_PROCESS, controlOptions, SEED, progress)) {
            for (int i = 0; i < count; i++) {
                rounds.round();
                progress.println(rounds.told(Line.of(engine)));
            }
            lines.accept(rounds.told(Line.of(name()).with("engine", engine)));
            if (rounds.lost() + rounds.wrong() > 0) {
                throw new IllegalStateException("something was lost or wrong, see above");
            }
        } finally {
            Folders.delete(folder);
        }
    }
}
