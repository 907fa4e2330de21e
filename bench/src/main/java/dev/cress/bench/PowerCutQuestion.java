package dev.cress.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Whether anything that was answered is lost, or a node ends up with something else, when the
/// power is cut: processes are killed at random moments and have then only what they synced, 200
/// times. Then the same with a disk that lies, on which something must be lost, else this finds
/// nothing. The store is SQLite; PostgreSQL's own disk is PostgreSQL's matter.
final class PowerCutQuestion implements Question {
    private static final int CUTS = 200;
    private static final int CUTS_QUICK = 1;
    private static final int LYING_CUTS_MAX = 10;
    private static final long SEED = 6;

    @Override
    public String name() {
        return "power-cut";
    }

    @Override
    public String text() {
        return "is anything that was answered lost when the power is cut?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("cress-bench");
        try {
            UnsyncedLoss disk = UnsyncedLoss.compile(folder);
            int cuts = effort == Effort.FULL ? CUTS : CUTS_QUICK;
            try (var rounds =
                    new CrashRounds(folder.resolve("honest"), disk, List.of(), SEED, progress)) {
                for (int i = 0; i < cuts; i++) {
                    rounds.round();
                    progress.println(rounds.told(Line.of("honest")));
                }
                lines.accept(rounds.told(Line.of(name()).with("disk", "honest")));
                if (rounds.lost() + rounds.wrong() > 0) {
                    throw new IllegalStateException("something was lost or wrong, see above");
                }
            }
            lines.accept(
                    Line.of(name())
                            .with("disk", "lying")
                            .with("cuts_until_loss", cutsUntilLoss(folder, disk, progress)));
        } finally {
            Folders.delete(folder);
        }
    }

    /// On a disk that syncs nothing.
    private static int cutsUntilLoss(Path folder, UnsyncedLoss disk, PrintStream progress)
            throws IOException, InterruptedException {
        try (var rounds =
                new CrashRounds(folder.resolve("lying"), disk.lying(), List.of(), SEED, progress)) {
            for (int cut = 1; cut <= LYING_CUTS_MAX; cut++) {
                rounds.round();
                if (rounds.lost() > 0) {
                    return cut;
                }
            }
        }
        throw new IllegalStateException("a disk that syncs nothing lost nothing");
    }
}
