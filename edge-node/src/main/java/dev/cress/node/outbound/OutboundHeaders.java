package dev.cress.node.outbound;

import dev.cress.contract.CressHeader;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outbound.OutboundHead;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;
import dev.cress.wasm.guest.ResponseHead;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Which headers of a guest's request go out, which the node adds, and which of an answer a guest
/// gets to see. What isn't a guest's to set is left out without a word, as it would be by a proxy;
/// what isn't a header at all is refused.
final class OutboundHeaders {
    /// What ends with this connection (RFC 9110 §7.6.1), or frames the message.
    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "expect",
                    "http2-settings",
                    "keep-alive",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    /// The URL's, the body's, and the node's own words.
    private static final Set<String> OURS =
            Set.of("host", "content-length", "cdn-loop", CressHeader.REQUEST_ID.text());

    private static final Set<String> TRACE = Set.of("traceparent", "tracestate");
    private static final List<String> OUR_PREFIXES = List.of("x-cress-", "proxy-");

    /// RFC 8586: a router refuses what has this in `cdn-loop`, as `loop`.
    private static final String CDN_ID = "cress";

    private static final String USER_AGENT = "cress";
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /// `: ` and the line's end.
    private static final int OVERHEAD_BYTES = 4;

    private OutboundHeaders() {}

    /// What goes out, but for what frames the body.
    static MultiMap toSend(
            OutboundHead head, GuestRequest request, TraceContext trace, int bytesMax)
            throws OutboundException {
        if (!NAME.matcher(head.method()).matches()
                || Set.of("CONNECT", "TRACE", "TRACK").contains(head.method())) {
            throw new OutboundException(Reason.INVALID, "the method can't be sent");
        }
        MultiMap headers = HttpHeaders.headers();
        Set<String> dropped = connectionOptions(head.headers());
        long bytes = (long) head.method().length() + head.url().length();
        for (Header header : head.headers()) {
            check(header);
            bytes += header.name().length() + header.value().length() + OVERHEAD_BYTES;
            String name = header.name().toLowerCase(Locale.ROOT);
            if (!isOurs(name) && !dropped.contains(name)) {
                headers.add(header.name(), header.value());
            }
        }
        if (bytes > bytesMax) {
            throw new OutboundException(
                    Reason.TOO_LARGE,
                    "the request's head has %d bytes, at most %d".formatted(bytes, bytesMax));
        }
        addOurs(headers, request, trace);
        return headers;
    }

    private static boolean isOurs(String name) {
        return HOP_BY_HOP.contains(name)
                || OURS.contains(name)
                || OUR_PREFIXES.stream().anyMatch(name::startsWith);
    }

    private static void check(Header header) throws OutboundException {
        if (!NAME.matcher(header.name()).matches()) {
            throw new OutboundException(Reason.INVALID, "a header's name is no token");
        }
        // above 0xff there is no byte for it
        if (!header.value()
                .chars()
                .allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f && c <= 0xff))) {
            throw new OutboundException(
                    Reason.INVALID,
                    "the value of header %s has characters that no header may have"
                            .formatted(header.name()));
        }
    }

    private static void addOurs(MultiMap headers, GuestRequest request, TraceContext trace) {
        String own = headers.get("traceparent");
        if (own == null || !trace.isOwnSpan(own)) {
            TRACE.forEach(headers::remove);
            headers.set("traceparent", trace.child());
            if (!trace.state().isEmpty()) {
                headers.set("tracestate", trace.state());
            }
        }
        headers.set("cdn-loop", loop(request));
        headers.set(CressHeader.REQUEST_ID.text(), request.place().requestId());
        if (!headers.contains("user-agent")) {
            headers.set("user-agent", USER_AGENT);
        }
    }

    /// With this network once: a request that came by a router has it already.
    private static String loop(GuestRequest request) {
        List<String> passed =
                request.headers().stream()
                        .filter(header -> header.name().equalsIgnoreCase("cdn-loop"))
                        .flatMap(header -> Stream.of(header.value().split(",", -1)))
                        .map(String::strip)
                        .filter(id -> !id.isEmpty())
                        .toList();
        return passed.stream().anyMatch(CDN_ID::equalsIgnoreCase)
                ? String.join(", ", passed)
                : String.join(", ", Stream.concat(passed.stream(), Stream.of(CDN_ID)).toList());
    }

    /// An answer's head as a guest sees it.
    static ResponseHead seen(int status, MultiMap headers) {
        List<Header> all = new ArrayList<>();
        for (Map.Entry<String, String> header : headers) {
            all.add(new Header(header.getKey(), header.getValue()));
        }
        Set<String> dropped = connectionOptions(all);
        all.removeIf(
                header -> {
                    String name = header.name().toLowerCase(Locale.ROOT);
                    return HOP_BY_HOP.contains(name) || dropped.contains(name);
                });
        return new ResponseHead(status, all);
    }

    /// What `connection` declares to be for the next hop only. The length isn't anyone's to declare
    /// away.
    private static Set<String> connectionOptions(List<Header> headers) {
        Set<String> options = new HashSet<>();
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase("connection")) {
                for (String option : header.value().split(",", -1)) {
                    options.add(option.strip().toLowerCase(Locale.ROOT));
                }
            }
        }
        options.remove("content-length");
        return options;
    }
}
