package dev.cress.wasm.fastly;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.wasm.fastly.Bindings.Call;

import java.util.ArrayList;
import java.util.List;

/// The headers of requests and responses, which have the same calls.
final class HeaderCalls {
    private static final int NAME_BYTES_MAX = 16 * 1024;
    private static final int VALUE_BYTES_MAX = HttpMessage.HEADER_BYTES_MAX;

    private HeaderCalls() {}

    static void bind(Bindings bindings) {
        bind(bindings.module("fastly_http_req"), HttpRequest.class);
        bind(bindings.module("fastly_http_resp"), HttpResponse.class);
    }

    private interface OfMessage {
        void apply(HttpMessage message, Passed passed);
    }

    private static void bind(Bindings.Module module, Class<? extends HttpMessage> type) {
        module.bind("header_names_get", on(type, (m, p) -> p.fill(1, m.names())))
                .bind("header_value_get", on(type, HeaderCalls::first))
                .bind("header_values_get", on(type, (m, p) -> p.fill(3, m.values(name(p)))))
                .bind("header_values_set", on(type, HeaderCalls::setAll))
                .bind("header_insert", on(type, HeaderCalls::insert))
                .bind("header_append", on(type, (m, p) -> m.append(name(p), value(p))))
                .bind("header_remove", on(type, HeaderCalls::remove))
                .bind("version_get", on(type, (m, p) -> p.answer(1, m.version())))
                .bind("version_set", on(type, (m, p) -> m.version(p.number(1))));
    }

    private static Call on(Class<? extends HttpMessage> type, OfMessage call) {
        return (run, passed) -> call.apply(run.handles().get(passed.number(0), type), passed);
    }

    private static String name(Passed passed) {
        return passed.latin(1, NAME_BYTES_MAX);
    }

    private static String value(Passed passed) {
        return passed.latin(3, VALUE_BYTES_MAX);
    }

    private static void first(HttpMessage message, Passed passed) {
        List<String> values = message.values(name(passed));
        if (values.isEmpty()) {
            throw new Refused(Status.INVAL);
        }
        passed.fill(3, values.getFirst().getBytes(ISO_8859_1));
    }

    private static void insert(HttpMessage message, Passed passed) {
        String name = name(passed);
        String value = value(passed);
        message.remove(name);
        message.append(name, value);
    }

    /// Each value ends with a NUL.
    private static void setAll(HttpMessage message, Passed passed) {
        String name = name(passed);
        String all = value(passed);
        var values = new ArrayList<String>();
        for (int from = 0, to; (to = all.indexOf('\0', from)) >= 0; from = to + 1) {
            values.add(all.substring(from, to));
        }
        message.remove(name);
        for (String value : values) {
            message.append(name, value);
        }
    }

    private static void remove(HttpMessage message, Passed passed) {
        if (!message.remove(name(passed))) {
            throw new Refused(Status.INVAL);
        }
    }
}
