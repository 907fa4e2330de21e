package dev.cress.cli;

import java.math.BigDecimal;

/// Basis points as people read them.
final class Percent {
    private Percent() {}

    static String of(int basisPoints) {
        return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString();
    }
}
