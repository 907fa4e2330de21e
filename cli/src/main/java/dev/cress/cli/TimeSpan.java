package dev.cress.cli;

import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Lengths of time as options say them: `90m`, `12h`, `30d`.
final class TimeSpan {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})([smhd])");

    private TimeSpan() {}

    static long seconds(String option, String text) {
        var time = TIME.matcher(text);
        if (!time.matches()) {
            throw new CliException(
                    "%s '%s' must be like 90m, 12h or 30d".formatted(option, text), ExitCode.USAGE);
        }
        long number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "s" -> number;
            case "m" -> TimeUnit.MINUTES.toSeconds(number);
            case "h" -> TimeUnit.HOURS.toSeconds(number);
            default -> TimeUnit.DAYS.toSeconds(number);
        };
    }
}
