package dev.cress.router;

import dev.cress.contract.CressHeader;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Which headers pass, which are dropped and which are the router's own word, in both directions.
enum Headers {
    ;

    private static final String OURS = "x-cress-";

    /// WebSockets aren't served. A decoder that still knows their drafts takes 8 bytes of body with
    /// two of these headers, without any length: on a shared connection that is smuggling.
    private static final String WEBSOCKET = "sec-websocket-";

    /// RFC 9110 §7.6.1, and what is agreed for one connection only.
    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "expect",
                    "http2-settings",
                    "keep-alive",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    /// Set anew for every request that goes on, from what the router made of the client's.
    private static final Set<String> REWRITTEN =
            Set.of("host", "content-length", "cdn-loop", CressHeader.REQUEST_ID.text());

    private static final Set<String> FOR_CLIENTS =
            Set.of(CressHeader.ERROR.text(), CressHeader.NODE.text(), CressHeader.VERSION.text());

    /// What a node gets to read, but for the framing of the body.
    static MultiMap toNode(MultiMap from, String host, Caller caller, String routerKey) {
        Set<String> dropped = connectionOptions(from);
        MultiMap to = HttpHeaders.headers();
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean ours = name.startsWith(OURS) && !name.equals(CressHeader.AFFINITY.text());
            if (!ours
                    && !name.startsWith(WEBSOCKET)
                    && !HOP_BY_HOP.contains(name)
                    && !REWRITTEN.contains(name)
                    && !dropped.contains(name)
                    && (caller.trustedPeer() || !aboutOrigin(name))) {
                to.add(header.getKey(), header.getValue());
            }
        }
        to.set("host", host);
        String loop = String.join(", ", from.getAll("cdn-loop"));
        to.set(
                "cdn-loop",
                loop.isBlank() ? RequestGuard.CDN_ID : loop + ", " + RequestGuard.CDN_ID);
        to.set(CressHeader.REQUEST_ID.text(), caller.requestId());
        to.set(CressHeader.ROUTER_KEY.text(), routerKey);
        to.set(CressHeader.CLIENT_ADDRESS.text(), caller.address().getHostAddress());
        to.set(CressHeader.CLIENT_SCHEME.text(), caller.scheme());
        if (!caller.place().country().isEmpty()) {
            to.set(CressHeader.CLIENT_COUNTRY.text(), caller.place().country());
        }
        if (!caller.place().city().isEmpty()) {
            to.set(CressHeader.CLIENT_CITY.text(), percentEncoded(caller.place().city()));
        }
        return to;
    }

    /// What a client gets to read, the length of the body included.
    static void toClient(MultiMap from, MultiMap to, String requestId) {
        Set<String> dropped = connectionOptions(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean ours = name.startsWith(OURS) && !FOR_CLIENTS.contains(name);
            if (!ours && !HOP_BY_HOP.contains(name) && !dropped.contains(name)) {
                to.add(header.getKey(), header.getValue());
            }
        }
        to.set(CressHeader.REQUEST_ID.text(), requestId);
    }

    /// What `connection` declares to be for the next hop only. The length isn't anyone's to declare
    /// away.
    private static Set<String> connectionOptions(MultiMap headers) {
        var options = new HashSet<String>();
        for (String value : headers.getAll("connection")) {
            for (String option : value.split(",", -1)) {
                options.add(option.strip().toLowerCase(Locale.ROOT));
            }
        }
        options.remove("content-length");
        return options;
    }

    /// Words about where a request came from. Guests take them for true, so only peers of ours may
    /// say them.
    private static boolean aboutOrigin(String name) {
        return name.equals("forwarded")
                || name.equals("x-real-ip")
                || name.startsWith("x-forwarded-");
    }

    private static String percentEncoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
