package dev.cress.wasm.extism;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outbound;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.host.Fields;
import dev.cress.wasm.host.HostRun;

import org.jspecify.annotations.Nullable;

import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// A plug-in's requests to other hosts, one after the other, and the head of the last answer. A
/// request that fails ends the guest: the ABI has no way to tell it. On the guest's thread; blocks.
final class PluginHttp {
    /// Of a request's JSON: its URL, method and headers.
    static final int REQUEST_BYTES_MAX = 64 << 10;

    private static final String CALL = "http_request";

    private final HostRun run;
    private final PluginMemory memory;
    private @Nullable ResponseHead answer;

    PluginHttp(HostRun run, PluginMemory memory) {
        this.run = run;
        this.memory = memory;
    }

    /// Sends a request and waits for its whole answer. Returns the handle of the answer's body.
    ///
    /// @param body a handle, or none
    long request(long requestHandle, long body) {
        answer = null;
        var request = read(requestHandle);
        long length = body == PluginMemory.NONE ? 0 : Plugin.required(memory, CALL, body);
        var head =
                new Outbound.OutboundHead(
                        request.method().toUpperCase(Locale.ROOT),
                        request.url(),
                        headers(request),
                        length);
        Outbound outbound = run.exchange().capabilities().outbound();
        try (var call = outbound.begin(head)) {
            memory.copy(body, length, call::write);
            call.end();
            answer = call.response();
            run.word().checkStopped();
            return memory.blockOf(call::read);
        } catch (OutboundException e) {
            run.word().checkStopped();
            throw Plugin.trap(CALL, String.valueOf(e.getMessage()));
        } finally {
            memory.free(body);
        }
    }

    private HttpRequestText read(long handle) {
        long length = Plugin.required(memory, CALL, handle);
        if (length > REQUEST_BYTES_MAX) {
            throw Plugin.trap(
                    CALL,
                    "URL and headers have %d bytes, at most %d"
                            .formatted(length, REQUEST_BYTES_MAX));
        }
        byte[] bytes = memory.bytes(handle, (int) length);
        memory.free(handle);
        try {
            return HttpRequestText.read(Utf8.text(bytes));
        } catch (CharacterCodingException e) {
            throw Plugin.trap(CALL, "a request that is not UTF-8");
        } catch (JsonReader.JsonException e) {
            throw Plugin.trap(CALL, String.valueOf(e.getMessage()));
        }
    }

    private static List<Header> headers(HttpRequestText request) {
        for (Header header : request.headers()) {
            if (!Fields.isName(header.name()) || !Fields.isValue(header.value())) {
                throw Plugin.trap(
                        CALL,
                        "'%s: %s' is no header"
                                .formatted(Shown.of(header.name()), Shown.of(header.value())));
            }
        }
        return request.headers();
    }

    /// Of the last answer, 0 before there is one.
    int status() {
        ResponseHead last = answer;
        return last == null ? 0 : last.status();
    }

    /// The handle of the last answer's headers, as a JSON object with their names in lower case.
    long headers() {
        var joined = new TreeMap<String, List<String>>();
        ResponseHead last = answer;
        if (last != null) {
            for (Header header : last.headers()) {
                joined.computeIfAbsent(
                                header.name().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                        .add(header.value());
            }
        }
        return memory.blockOf(JsonText.object(joined).getBytes(UTF_8));
    }
}
