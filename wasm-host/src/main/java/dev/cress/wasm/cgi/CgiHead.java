package dev.cress.wasm.cgi;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.host.Fields;
import dev.cress.wasm.stop.GuestEnded;

import java.util.ArrayList;
import java.util.Locale;
import java.util.regex.Pattern;

/// Reads the header lines of a CGI answer (RFC 3875 §6.3): `Status` gives the status, `Location`
/// alone means 302, otherwise it is 200. One of `Content-Type`, `Location` and `Status` must be
/// there, or the output wasn't meant as a CGI answer.
final class CgiHead {
    private static final Pattern STATUS = Pattern.compile("([2-5][0-9][0-9])( .*)?");

    private CgiHead() {}

    static ResponseHead parse(String text) {
        var headers = new ArrayList<Header>();
        int status = 0;
        boolean location = false;
        boolean contentType = false;
        for (int start = 0, end; (end = text.indexOf('\n', start)) >= 0; start = end + 1) {
            String line =
                    text.substring(
                            start, end > start && text.charAt(end - 1) == '\r' ? end - 1 : end);
            if (line.isEmpty()) {
                break;
            }
            Header header = field(line);
            switch (header.name().toLowerCase(Locale.ROOT)) {
                case "status" -> status = status(header.value());
                case "location" -> {
                    location = true;
                    headers.add(header);
                }
                case "content-type" -> {
                    contentType = true;
                    headers.add(header);
                }
                default -> headers.add(header);
            }
        }
        if (status == 0 && !location && !contentType) {
            throw broken("guest's header lines have none of Content-Type, Location and Status");
        }
        if (status == 0) {
            status = location ? 302 : 200;
        }
        return new ResponseHead(status, headers);
    }

    private static Header field(String line) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? line : line.substring(0, colon);
        if (colon < 0 || !Fields.isName(name)) {
            throw broken("guest's output is not a header line: '%s'".formatted(Shown.of(line)));
        }
        String value = line.substring(colon + 1).strip();
        if (!Fields.isValue(value)) {
            throw broken("guest's header %s has a control character".formatted(Shown.of(name)));
        }
        return new Header(name, value);
    }

    private static int status(String value) {
        var status = STATUS.matcher(value);
        if (!status.matches()) {
            throw broken(
                    "guest's Status '%s' is not a number from 200 to 599"
                            .formatted(Shown.of(value)));
        }
        return Integer.parseInt(status.group(1));
    }

    private static GuestEnded broken(String reason) {
        return new GuestEnded(new Outcome.BrokeProtocol(reason));
    }
}
