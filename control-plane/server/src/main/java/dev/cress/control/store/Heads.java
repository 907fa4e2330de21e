package dev.cress.control.store;

/// How often each side table was changed. Who changes one counts it first and so holds its row
/// until it commits: a count that somebody sees means that all changes up to it can be seen.
/// Lives as long as one transaction.
public final class Heads {
    private final Transaction transaction;

    Heads(Transaction transaction) {
        this.transaction = transaction;
    }

    /// A table that others read again when its count has changed.
    enum Side {
        TOKENS("tokens"),
        /// Nodes and what they say of functions: each row has the count of its last change.
        NODES("nodes"),
        /// Who has joined with a certificate, and the signing keys.
        MEMBERS("members"),
        /// Nodes that were taken out, which no row tells.
        FORGOTTEN("forgotten"),
        TENANTS("tenants"),
        SECRETS("secrets"),
        /// The last entry of the audit log.
        AUDIT("audit");

        private final String row;

        Side(String row) {
            this.row = row;
        }
    }

    /// The counts of all of them.
    public record Counts(long tokens, long members, long nodes, long forgotten, long secrets) {}

    /// Counts one more change.
    long advance(Side side) {
        transaction.update("UPDATE head SET number = number + 1 WHERE name = ?", side.row);
        return count(side);
    }

    Counts counts() {
        return new Counts(
                count(Side.TOKENS),
                count(Side.MEMBERS),
                count(Side.NODES),
                count(Side.FORGOTTEN),
                count(Side.SECRETS));
    }

    long count(Side side) {
        return transaction.count("SELECT number FROM head WHERE name = ?", side.row);
    }
}
