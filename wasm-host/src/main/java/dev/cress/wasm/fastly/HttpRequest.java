package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outbound.OutboundHead;
import dev.cress.wasm.host.Fields;

import java.util.ArrayList;
import java.util.List;

/// A request that a guest has or makes.
final class HttpRequest extends HttpMessage {
    static final int METHOD_BYTES_MAX = 64;
    static final int URI_BYTES_MAX = 16 * 1024;

    private String method = "GET";
    private String uri = "/";

    HttpRequest(Allowance allowance) {
        super(allowance);
    }

    /// The client's.
    static HttpRequest of(GuestRequest request, Allowance allowance) {
        var made = new HttpRequest(allowance);
        made.method = request.method();
        made.uri = uri(request);
        made.version(version(request.protocol()));
        made.append(request.headers());
        return made;
    }

    private static String uri(GuestRequest request) {
        boolean usual = request.port() == (request.scheme().equals("https") ? 443 : 80);
        String host = request.host();
        String authority =
                host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        return request.scheme()
                + "://"
                + authority
                + (usual ? "" : ":" + request.port())
                + request.path()
                + (request.query().isEmpty() ? "" : "?" + request.query());
    }

    private static int version(String protocol) {
        return switch (protocol) {
            case "HTTP/1.0" -> 1;
            case "HTTP/2.0", "HTTP/2" -> 3;
            default -> VERSION_HTTP_11;
        };
    }

    String method() {
        return method;
    }

    void method(String wanted) {
        if (!Fields.isName(wanted)) {
            throw new Refused(Status.HTTPINVALID);
        }
        method = wanted;
    }

    String uri() {
        return uri;
    }

    void uri(String wanted) {
        for (int i = 0; i < wanted.length(); i++) {
            if (wanted.charAt(i) <= ' ' || wanted.charAt(i) >= 0x7f) {
                throw new Refused(Status.HTTPINVALID);
            }
        }
        uri = wanted;
    }

    /// Path and query.
    private String target() {
        int scheme = uri.indexOf("://");
        int from = scheme < 0 ? 0 : scheme + 3;
        while (from < uri.length() && "/?#".indexOf(uri.charAt(from)) < 0) {
            from++;
        }
        int fragment = uri.indexOf('#', from);
        String target = uri.substring(from, fragment < 0 ? uri.length() : fragment);
        return target.startsWith("/") ? target : "/" + target;
    }

    /// As it goes to a backend.
    ///
    /// @param origin `https://api.example.com`
    OutboundHead to(String origin, long contentLength) {
        var sent = new ArrayList<Header>();
        for (Header header : unframedHeaders()) {
            if (!header.name().equals("host")) {
                sent.add(header);
            }
        }
        return new OutboundHead(method, origin + target(), List.copyOf(sent), contentLength);
    }
}
