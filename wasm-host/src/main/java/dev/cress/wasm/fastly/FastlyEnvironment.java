package dev.cress.wasm.fastly;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.GuestRequest.Place;

import java.util.ArrayList;
import java.util.List;

/// The variables that the SDKs read. Nothing of the host's own environment.
final class FastlyEnvironment {
    private FastlyEnvironment() {}

    /// `NAME=value`, in UTF-8.
    static List<byte[]> of(GuestRequest request) {
        Place place = request.place();
        var lines = new ArrayList<byte[]>();
        add(lines, "HOSTNAME", place.node());
        add(lines, "POP", place.region());
        add(lines, "REGION", place.region());
        add(lines, "SERVICE_ID", place.function());
        add(lines, "SERVICE_VERSION", Integer.toString(place.version()));
        add(lines, "TRACE_ID", place.requestId());
        add(lines, "SANDBOX_ID", place.requestId());
        // the SDK for Rust ends a program that asks for one of these and finds none
        add(lines, "CUSTOMER_ID", "");
        add(lines, "NAMESPACE_ID", "");
        add(lines, "CACHE_GENERATION", "0");
        add(lines, "IS_STAGING", "0");
        return lines;
    }

    private static void add(List<byte[]> lines, String name, String value) {
        lines.add(("FASTLY_" + name + "=" + value).getBytes(UTF_8));
    }
}
