package dev.cress.control;

import dev.cress.control.store.StoreCopy;
import dev.cress.control.store.StoreException;
import dev.cress.control.store.StoreLocation;

import java.nio.file.Files;
import java.nio.file.Path;

/// Moves the store of a control plane that is stopped from its data folder to a PostgreSQL
/// database. What else is in the folder stays, the operator's token among it.
public final class StoreMove {
    private StoreMove() {}

    /// Moves it and says what is in the database. A [ControlPlaneException] says what is in the
    /// way; then nothing was moved. Blocks as long as it takes.
    ///
    /// @param url `jdbc:postgresql://…`
    public static StoreCopy.Copied run(Path dataFolder, String url) {
        if (!Files.exists(dataFolder.resolve("store.db"))) {
            throw new ControlPlaneException(
                    "data folder %s has no store.db to move".formatted(dataFolder));
        }
        try (var folder = DataFolder.open(dataFolder)) {
            long bytesMax = ControlPlaneConfig.Caps.DEFAULT.storeBytesMax();
            return StoreCopy.move(
                    new StoreLocation.InFile(folder.store(), bytesMax), StoreLocation.ofUrl(url));
        } catch (StoreException e) {
            throw new ControlPlaneException("store " + e.getMessage(), e);
        }
    }
}
