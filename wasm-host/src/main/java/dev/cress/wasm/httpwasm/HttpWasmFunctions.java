package dev.cress.wasm.httpwasm;

import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.host.Family;
import dev.cress.wasm.host.HostCalls;
import dev.cress.wasm.host.HostRun;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// The functions of the module `http_handler`: all that the ABI has.
public final class HttpWasmFunctions {
    static final String MODULE = "http_handler";

    static final HostCalls<Handling> HANDLINGS = new HostCalls<>(Family.HTTP_WASM, Handling::new);

    /// To be linked.
    public static final HostCalls<?> CALLS = HANDLINGS;

    private static final int NAME_BYTES_MAX = 1_024;

    private static final int BODY_OF_REQUEST = 0;
    private static final int BODY_OF_RESPONSE = 1;

    /// Levels of the log by their numbers from [#LEVEL_MIN] on; 3 is none.
    private static final List<LogLevel> LEVELS =
            List.of(LogLevel.DEBUG, LogLevel.INFO, LogLevel.WARN, LogLevel.ERROR);

    private static final int LEVEL_MIN = -1;

    static {
        host();
        request();
        headers();
        bodies();
        response();
    }

    private HttpWasmFunctions() {}

    private static void host() {
        HANDLINGS.add(MODULE, "enable_features", "i", "i", (h, a) -> h.enable((int) a[0]));
        HANDLINGS.add(
                MODULE,
                "get_config",
                "ii",
                "i",
                (h, a) -> {
                    byte[] config = ConfigText.of(h.run().exchange().request().config());
                    return GuestText.write(h.run().memory(), a[0], a[1], config);
                });
        HANDLINGS.add(MODULE, "log_enabled", "i", "i", HttpWasmFunctions::logEnabled);
        HANDLINGS.add(MODULE, "log", "iii", HttpWasmFunctions::log);
    }

    private static @Nullable LogLevel level(long number) {
        int place = (int) number - LEVEL_MIN;
        return place >= 0 && place < LEVELS.size() ? LEVELS.get(place) : null;
    }

    /// The version's manifest decides, so an image can't keep the answer.
    private static long logEnabled(Handling handling, long[] a) {
        HostRun run = handling.run();
        run.differs();
        LogLevel level = level(a[0]);
        return level != null && run.log().keeps(level) ? 1 : 0;
    }

    /// A line, as far as the log of a request may reach.
    private static void log(Handling handling, long[] a) {
        HostRun run = handling.run();
        LogLevel level = level(a[0]);
        if (level != null && run.log().keeps(level)) {
            long bytes = Integer.toUnsignedLong((int) a[2]);
            int some = (int) Math.min(bytes, run.limits().logBytes());
            run.log().line(level, run.memory().readBytes((int) a[1], some));
        }
    }

    private static void request() {
        getter("get_method", h -> h.request().method());
        getter("get_uri", h -> h.request().uri());
        getter("get_protocol_version", h -> h.request().protocol());
        getter("get_source_addr", h -> h.request().sourceAddress());
        HANDLINGS.add(
                MODULE,
                "set_method",
                "ii",
                (h, a) ->
                        h.changeableRequest()
                                .method(
                                        text(
                                                h,
                                                a[0],
                                                a[1],
                                                RequestSide.METHOD_BYTES_MAX,
                                                "method")));
        HANDLINGS.add(
                MODULE,
                "set_uri",
                "ii",
                (h, a) ->
                        h.changeableRequest()
                                .uri(text(h, a[0], a[1], RequestSide.URI_BYTES_MAX, "URI")));
    }

    private static void getter(String name, Function<Handling, String> text) {
        HANDLINGS.add(
                MODULE,
                name,
                "ii",
                "i",
                (h, a) -> GuestText.write(h.run().memory(), a[0], a[1], text.apply(h)));
    }

    private static String text(Handling handling, long at, long length, int max, String what) {
        return GuestText.read(handling.run().memory(), at, length, max, what);
    }

    private static void headers() {
        HANDLINGS.add(
                MODULE,
                "get_header_names",
                "iii",
                "I",
                (h, a) ->
                        GuestText.write(
                                h.run().memory(), a[1], a[2], HeaderKind.of(a[0]).names(h)));
        HANDLINGS.add(
                MODULE,
                "get_header_values",
                "iiiii",
                "I",
                (h, a) ->
                        GuestText.write(
                                h.run().memory(),
                                a[3],
                                a[4],
                                HeaderKind.of(a[0]).values(h, name(h, a))));
        HANDLINGS.add(
                MODULE,
                "set_header_value",
                "iiiii",
                (h, a) -> HeaderKind.of(a[0]).changeable(h).set(name(h, a), value(h, a)));
        HANDLINGS.add(
                MODULE,
                "add_header_value",
                "iiiii",
                (h, a) -> HeaderKind.of(a[0]).changeable(h).add(name(h, a), value(h, a)));
        HANDLINGS.add(
                MODULE,
                "remove_header",
                "iii",
                (h, a) -> HeaderKind.of(a[0]).changeable(h).remove(name(h, a)));
    }

    private static String name(Handling handling, long[] a) {
        String name = text(handling, a[1], a[2], NAME_BYTES_MAX, "a header's name");
        Rules.require(!name.isEmpty(), "a header's name is empty");
        return name.toLowerCase(Locale.ROOT);
    }

    private static String value(Handling handling, long[] a) {
        return text(handling, a[3], a[4], RequestSide.HEADER_BYTES_MAX, "a header's value");
    }

    private static void bodies() {
        HANDLINGS.add(
                MODULE,
                "read_body",
                "iii",
                "I",
                (h, a) ->
                        switch ((int) a[0]) {
                            case BODY_OF_REQUEST ->
                                    Transfer.read(h, a[1], a[2], h.readableRequest());
                            case BODY_OF_RESPONSE -> Transfer.read(h, a[1], a[2], h.response());
                            default -> throw noSuchBody((int) a[0]);
                        });
        HANDLINGS.add(
                MODULE,
                "write_body",
                "iii",
                (h, a) -> {
                    switch ((int) a[0]) {
                        case BODY_OF_REQUEST ->
                                Transfer.write(h, a[1], a[2], h.changeableRequest());
                        case BODY_OF_RESPONSE -> Transfer.write(h, a[1], a[2], h.response());
                        default -> throw noSuchBody((int) a[0]);
                    }
                });
    }

    private static RuntimeException noSuchBody(int kind) {
        return Rules.broken("there is no body of kind %d".formatted(kind));
    }

    private static void response() {
        HANDLINGS.add(MODULE, "get_status_code", "", "i", (h, _) -> h.response().status());
        HANDLINGS.add(MODULE, "set_status_code", "i", (h, a) -> h.response().status((int) a[0]));
    }
}
