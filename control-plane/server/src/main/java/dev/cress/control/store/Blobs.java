package dev.cress.control.store;

/// What uploaded bytes are in the store's tables.
interface Blobs {
    /// Modules, archives of files, and whatever else registry tools push, by their tables' names.
    enum Kind {
        MODULE("module"),
        BUNDLE("bundle"),
        BLOB("blob");

        private final String table;

        Kind(String table) {
            this.table = table;
        }

        /// The table that has a row for each; the word for the kind in other tables, too.
        String table() {
            return table;
        }

        /// The table of their pieces.
        String chunks() {
            return table + "_chunk";
        }
    }

    /// The column `stored`.
    interface Stored {
        /// All of the bytes are there.
        int WHOLE = 1;

        /// Nobody has it: its pieces are on their way out.
        int GOING = 0;

        /// Versions name it still, and none of its bytes is there.
        int GONE = -1;
    }
}
