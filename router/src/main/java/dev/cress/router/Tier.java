package dev.cress.router;

/// How willing a node looks, best first: a whole tier is used up before the next is tried, however
/// far its nodes are.
enum Tier {
    /// Nothing speaks against it, also before the first check.
    READY(0),
    /// It said that it starts or drains.
    DRAINING(1),
    /// It refuses, drops or doesn't answer. When all do, they are tried all the same.
    ASIDE(2);

    private final int rank;

    Tier(int rank) {
        this.rank = rank;
    }

    int rank() {
        return rank;
    }
}
