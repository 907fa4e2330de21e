package dev.cress.control;

import java.nio.file.Path;

/// Where the key is under which secrets are kept: never in the store.
public sealed interface SecretsKey {
    /// Where nothing else is said.
    SecretsKey IN_FOLDER = new InFolder();

    /// A file of the data folder, `secrets.key`, made if it is missing. Servers that share a store
    /// have a folder each: they keep no secrets then.
    record InFolder() implements SecretsKey {}

    /// A file of the operator's: lines of 32 bytes in base64, the newest first.
    record InFile(Path file) implements SecretsKey {}

    /// The same as a text.
    ///
    /// @param where it stands, for who has to mend it
    record Given(String where, String text) implements SecretsKey {
        @Override
        public String toString() {
            return "Given[" + where + "]";
        }
    }
}
