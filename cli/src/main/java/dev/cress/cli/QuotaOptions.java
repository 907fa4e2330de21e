package dev.cress.cli;

import dev.cress.contract.Quota;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.util.Optional;
import java.util.function.LongFunction;

/// What a tenant may use, as far as the command line says it: a number, or `none` for no limit.
final class QuotaOptions {
    private static final String NONE = "none";

    @Option(
            names = "--functions",
            paramLabel = "N",
            description = "Functions that it may have, or none for no limit.")
    private Optional<String> functions = Optional.empty();

    @Option(
            names = "--storage-mib",
            paramLabel = "MIB",
            description = "What its modules and files may come to, in MiB.")
    private Optional<String> storageMib = Optional.empty();

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Requests that run at once on one node.")
    private Optional<String> concurrency = Optional.empty();

    @Option(
            names = "--requests-per-second",
            paramLabel = "N",
            description = "Requests that all nodes together take in a second.")
    private Optional<String> requestsPerSecond = Optional.empty();

    static String text(@Nullable Number limit) {
        return limit == null ? NONE : limit.toString();
    }

    /// This quota, with what was said in its place.
    Quota over(Quota known) {
        return new Quota(
                said("--functions", functions, known.functions(), Math::toIntExact),
                said("--storage-mib", storageMib, known.storageBytes(), mib -> mib << 20),
                said("--concurrency", concurrency, known.concurrency(), Math::toIntExact),
                said(
                        "--requests-per-second",
                        requestsPerSecond,
                        known.requestsPerSecond(),
                        Math::toIntExact));
    }

    private static <T> @Nullable T said(
            String option, Optional<String> text, @Nullable T known, LongFunction<T> value) {
        if (text.isEmpty()) {
            return known;
        }
        if (text.get().equals(NONE)) {
            return null;
        }
        if (!text.get().matches("[0-9]{1,9}")) {
            throw new CliException(
                    "%s '%s' must be a number below 1,000,000,000, or none"
                            .formatted(option, text.get()),
                    ExitCode.USAGE);
        }
        return value.apply(Long.parseLong(text.get()));
    }
}
