package dev.cress.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// What becomes of a process's data folder when the process is killed.
interface Disk {
    /// The system outlives the process and has all that was written.
    Disk OF_A_KILLED_PROCESS =
            new Disk() {
                @Override
                public Map<String, String> attach(Path data) {
                    return Map.of();
                }

                @Override
                public void cut(Path data) {}
            };

    /// Before the process starts.
    ///
    /// @return variables for its environment
    Map<String, String> attach(Path data) throws IOException;

    /// After it was killed.
    void cut(Path data) throws IOException;
}
