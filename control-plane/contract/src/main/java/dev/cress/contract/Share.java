package dev.cress.contract;

/// A version's part of a function's traffic.
///
/// @param version the version's number
/// @param basisPoints of 10,000, 1 to 10,000
public record Share(int version, int basisPoints) {
    /// All of the traffic.
    public static final int ALL = 10_000;

    public Share {
        if (basisPoints < 1 || basisPoints > ALL) {
            throw new ContractException(
                    "invalid-share",
                    "share of %d basis points is out of range: 1 to %d"
                            .formatted(basisPoints, ALL));
        }
    }
}
