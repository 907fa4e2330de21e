package dev.cress.control.store;

/// What a fleet is given once, at random, when its store is made.
///
/// @param epoch names this log: another store, or one made anew, has another
/// @param routerKey by which nodes know the fleet's routers
public record Settings(String epoch, String routerKey) {
    /// Reads what is stored, or makes it. Called inside a transaction.
    static Settings ensure(Database database) {
        return new Settings(
                ensure(database, "epoch", Secrets.hex(16)),
                ensure(database, "router_key", Secrets.base64(32)));
    }

    private static String ensure(Database database, String name, String ifMissing) {
        database.update(
                "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                name,
                ifMissing);
        return database.first(
                        "SELECT value FROM setting WHERE name = ?", row -> row.getString(1), name)
                .orElseThrow();
    }

    @Override
    public String toString() {
        return "Settings[epoch=" + epoch + "]";
    }
}
