package dev.cress.cli;

import dev.cress.contract.Share;

import picocli.CommandLine.Option;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;

/// How much of the traffic a version gets.
final class ShareOption {
    @Option(
            names = "--share",
            paramLabel = "PERCENT",
            description = "How much of the traffic it gets, like 10%% (default: all of it).")
    private Optional<String> share = Optional.empty();

    int basisPoints() {
        return share.map(ShareOption::parse).orElse(Share.ALL);
    }

    /// Whether one was named.
    boolean isGiven() {
        return share.isPresent();
    }

    static int parse(String text) {
        String number = text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
        try {
            int points =
                    new BigDecimal(number)
                            .movePointRight(2)
                            .setScale(0, RoundingMode.UNNECESSARY)
                            .intValueExact();
            if (points >= 1 && points <= Share.ALL) {
                return points;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw wrong(text);
        }
        throw wrong(text);
    }

    private static CliException wrong(String text) {
        return new CliException(
                "share '%s' must be from 0.01%% to 100%%, in steps of 0.01%%".formatted(text),
                ExitCode.USAGE);
    }
}
