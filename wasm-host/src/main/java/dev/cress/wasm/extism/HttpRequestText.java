package dev.cress.wasm.extism;

import dev.cress.wasm.extism.JsonReader.JsonException;
import dev.cress.wasm.guest.Header;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A request as plug-ins write it: a JSON object with `url`, and maybe `method` and `headers`, an
/// object of strings. What else it has is passed over.
record HttpRequestText(String method, String url, List<Header> headers) {
    static HttpRequestText read(String text) throws JsonException {
        var in = new JsonReader(text);
        String method = null;
        String url = null;
        List<Header> headers = List.of();
        for (boolean more = in.beginObject(); more; more = in.nextMember()) {
            String name = in.name();
            switch (name) {
                case "url" -> url = in.string();
                case "method" -> method = in.stringOrNull();
                case "headers" -> headers = headers(in);
                default -> in.skip();
            }
        }
        in.end();
        if (url == null) {
            throw new JsonException("a request without a url");
        }
        return new HttpRequestText(method(method), url, headers);
    }

    private static String method(@Nullable String method) {
        return method == null ? "GET" : method;
    }

    private static List<Header> headers(JsonReader in) throws JsonException {
        var headers = new ArrayList<Header>();
        for (boolean more = in.beginObject(); more; more = in.nextMember()) {
            headers.add(new Header(in.name(), in.string()));
        }
        return headers;
    }
}
