package dev.cress.control.store;

/// What a fleet is given once, at random, when its store is made.
///
/// @param epoch names this log: another store, or one made anew, has another
/// @param routerKey by which nodes know the fleet's routers
public record Settings(String epoch, String routerKey) {
    /// Reads what is stored, or makes it.
    static Settings ensure(Transaction transaction) {
        return new Settings(
                ensure(transaction, "epoch", newEpoch()),
                ensure(transaction, "router_key", Secrets.base64(32)));
    }

    /// The name of a log that nobody has followed yet.
    static String newEpoch() {
        return Secrets.hex(16);
    }

    static String ensure(Transaction transaction, String name, String ifMissing) {
        transaction.update(
                "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                name,
                ifMissing);
        return transaction
                .first("SELECT value FROM setting WHERE name = ?", row -> row.getString(1), name)
                .orElseThrow();
    }

    @Override
    public String toString() {
        return "Settings[epoch=" + epoch + "]";
    }
}
