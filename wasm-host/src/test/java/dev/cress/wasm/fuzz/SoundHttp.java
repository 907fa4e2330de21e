package dev.cress.wasm.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.GrantedExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.host.Fields;

import java.util.List;

/// Whether what went out is HTTP, whatever the guest was.
public final class SoundHttp {
    private static final int STATUS_MIN = 200;
    private static final int STATUS_MAX = 599;

    private SoundHttp() {}

    /// The answer and the requests to other hosts.
    public static void check(GrantedExchange exchange) {
        exchange.answered().ifPresent(SoundHttp::check);
        for (var asked : exchange.asked()) {
            assertThat(Fields.isName(asked.head().method())).isTrue();
            assertThat(asked.head().url()).matches("https?://[!-~]+");
            check(asked.head().headers());
        }
    }

    public static void check(ResponseHead head) {
        assertThat(head.status()).isBetween(STATUS_MIN, STATUS_MAX);
        check(head.headers());
    }

    /// A request that goes on to what stands behind a filter.
    public static void check(GuestRequest request) {
        assertThat(Fields.isName(request.method())).isTrue();
        assertThat(request.path()).startsWith("/").doesNotContain("\n", "\0", "\u007f");
        check(request.headers());
    }

    private static void check(List<Header> headers) {
        for (Header header : headers) {
            assertThat(Fields.isName(header.name())).as(header.name()).isTrue();
            assertThat(Fields.isValue(header.value())).as(header.value()).isTrue();
            assertThat(header.value().chars()).allMatch(c -> c <= 0xff);
        }
    }
}
